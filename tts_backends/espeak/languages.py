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
