"""espeak-ng's language names as voice ids and as BCP 47 tags."""

from __future__ import annotations

from collections.abc import Iterable

from .library import VoiceFile

# Names that are no tags, or that would be read as another language or country.
_TAGS = {
    "ca-ba": "ca-x-balear",
    "ca-nw": "ca-x-nw",
    "ca-va": "ca-valencia",
    "chr-us-qaaa-x-west": "chr-Qaaa-US-x-west",
    "en-us-nyc": "en-US-x-nyc",
    "piqd": "tlh-Piqd",
    "py": "art-x-pyash",
    "ru-cl": "ru-x-classic",
}


# Listed by the library, but espeakng-loader 0.2 has no dictionary of theirs, and they speak nonsense.
_WITHOUT_DICTIONARY = {"fo", "kaa", "xex"}


def voice_ids(files: Iterable[VoiceFile]) -> dict[str, VoiceFile]:
    """Each file under its first language's name, in lower case; under its own name where that is taken."""
    ids: dict[str, VoiceFile] = {}
    for file in files:
        first = file.languages[0].lower()
        if first in _WITHOUT_DICTIONARY:
            continue
        ids[first if first not in ids else file.identifier.rpartition("/")[2].lower()] = file
    return ids


def language_tag(voice_id: str) -> str:
    """The BCP 47 tag of a voice: `en-us` is `en-US`, `cmn-latn-pinyin` is `cmn-Latn-pinyin`."""
    if voice_id in _TAGS:
        return _TAGS[voice_id]
    language, *subtags = voice_id.split("-")
    tag = [language]
    for subtag in subtags:
        private = "x" in tag
        tag.append(subtag if private else _SUBTAG_CASE.get(len(subtag), str.lower)(subtag))
    return "-".join(tag)


_SUBTAG_CASE = {2: str.upper, 4: str.title}  # countries and scripts, as BCP 47 writes them


_SPEAKERS_OF_SCRIPT = {
    "Arab": "ar fa sd ug ur",
    "Armn": "hy hyw",
    "Beng": "as bn bpy",
    "Cher": "chr",
    "Cyrl": "ba be bg bs cv kk ky mk nog ru sr tt uk uz",
    "Deva": "hi mr ne",
    "Ethi": "am ti",
    "Geor": "ka",
    "Grek": "el grc",
    "Gujr": "gu",
    "Guru": "pa",
    "Hang": "ko",
    "Hani": "cmn yue",  # not `ja`, which knows kana alone, nor `hak`
    "Hebr": "he",
    "Hrkt": "ja",
    "Knda": "kn",
    "Mlym": "ml",
    "Mymr": "my shn",
    "Orya": "or",
    "Sinh": "si",
    "Taml": "ta",
    "Telu": "te",
    "Thai": "th",
}
"""The languages whose voices read a script well. The library changes to another language by itself at some
scripts, but not from every voice: it spells Greek in English, and fails at Gurmukhi in Vietnamese."""


def scripts_read(voice_id: str) -> str:
    """The scripts that a voice reads beside Latin, by their codes in ISO 15924; "Latn" for none."""
    language, *subtags = voice_id.split("-")
    if "latn" in subtags:
        return "Latn"
    own = (code for code, speakers in _SPEAKERS_OF_SCRIPT.items() if language in speakers.split())
    return " ".join(own) or "Latn"
