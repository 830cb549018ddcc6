"""Voice names of other systems that clients may use: Kokoro's 54 and OpenAI's 13.

A backend without them speaks with the voice that is most like the one named. Sources: the list of voices
that Kokoro-82M's authors publish, whose first letter is the language and whose second is the gender; OpenAI's
documentation of its speech endpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownVoice:
    """A voice of another system: `language` is None where it speaks any.

    `rank` is the place among the speakers of the same language and gender, so that different names can sound
    different; `kokoro` is the name among Kokoro's voices.
    """

    name: str
    language: str | None
    gender: str
    rank: int
    kokoro: str


_KOKORO_LANGUAGES = {
    "a": "en-US",
    "b": "en-GB",
    "e": "es",
    "f": "fr-FR",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt-BR",
    "z": "cmn",
}
_GENDERS = {"f": "female", "m": "male"}
_KOKORO = {
    "af": "heart alloy aoede bella jessica kore nicole nova river sarah sky",
    "am": "adam echo eric fenrir liam michael onyx puck santa",
    "bf": "emma alice isabella lily",
    "bm": "george daniel fable lewis",
    "ef": "dora",
    "em": "alex santa",
    "ff": "siwis",
    "hf": "alpha beta",
    "hm": "omega psi",
    "if": "sara",
    "im": "nicola",
    "jf": "alpha gongitsune nezumi tebukuro",
    "jm": "kumo",
    "pf": "dora",
    "pm": "alex santa",
    "zf": "xiaobei xiaoni xiaoxiao xiaoyi",
    "zm": "yunjian yunxi yunxia yunyang",
}
_OPENAI = {
    "alloy": "af_alloy",
    "ash": "am_michael",
    "ballad": "bm_lewis",
    "cedar": "am_fenrir",
    "coral": "af_bella",
    "echo": "am_echo",
    "fable": "bm_fable",
    "marin": "af_heart",
    "nova": "af_nova",
    "onyx": "am_onyx",
    "sage": "af_sarah",
    "shimmer": "af_sky",
    "verse": "am_puck",
}


def _kokoro_speakers() -> Iterator[KnownVoice]:
    for prefix, names in _KOKORO.items():
        for rank, name in enumerate(names.split()):
            voice = f"{prefix}_{name}"
            yield KnownVoice(voice, _KOKORO_LANGUAGES[prefix[0]], _GENDERS[prefix[1]], rank, voice)


def _openai_speakers() -> Iterator[KnownVoice]:
    ranks = dict.fromkeys(_GENDERS.values(), 0)
    for name, kokoro in _OPENAI.items():
        gender = _GENDERS[kokoro[1]]
        yield KnownVoice(name, None, gender, ranks[gender], kokoro)
        ranks[gender] += 1


KNOWN_VOICES = {speaker.name: speaker for speaker in (*_kokoro_speakers(), *_openai_speakers())}
"""Every known name, in lower case."""
