"""Kokoro's speakers, and mixes of them.

A mix is written as names joined by `+` or `,`, each with a weight in brackets if it is not 1:
`af_bella(2)+af_sky(1)`. The first letter of a speaker's name is its language, the second its gender.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voice_server.worker.api import RequestError, UnknownName, Voice

LANGUAGES = {
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
SPEAKERS = tuple(
    """
    af_heart af_alloy af_aoede af_bella af_jessica af_kore af_nicole af_nova af_river af_sarah af_sky
    am_adam am_echo am_eric am_fenrir am_liam am_michael am_onyx am_puck am_santa
    bf_alice bf_emma bf_isabella bf_lily bm_daniel bm_fable bm_george bm_lewis
    ef_dora em_alex em_santa ff_siwis hf_alpha hf_beta hm_omega hm_psi if_sara im_nicola
    jf_alpha jf_gongitsune jf_nezumi jf_tebukuro jm_kumo pf_dora pm_alex pm_santa
    zf_xiaobei zf_xiaoni zf_xiaoxiao zf_xiaoyi zm_yunjian zm_yunxi zm_yunxia zm_yunyang
    """.split()  # noqa: SIM905 - a table to be read
)
_PART = re.compile(r"\s*(?P<name>\w+)\s*(?:\(\s*(?P<weight>\d+(?:\.\d+)?)\s*\))?\s*")
_MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class Mix:
    """Speakers and their shares, which add up to 1; the first one's language is spoken."""

    shares: Mapping[str, float]

    @property
    def language(self) -> str:
        """The language's letter."""
        return next(iter(self.shares))[0]


def built_in_voices() -> Iterator[Voice]:
    """The 54 speakers of the published model."""
    for speaker in SPEAKERS:
        name = speaker.partition("_")[2].capitalize()
        yield Voice(speaker, name, LANGUAGES[speaker[0]], _GENDERS[speaker[1]])


def saved_voice(name: str, mix: Mix) -> Voice:
    """A mix that has a name of its own."""
    genders = {_GENDERS[speaker[1]] for speaker in mix.shares}
    return Voice(name, name, LANGUAGES[mix.language], genders.pop() if len(genders) == 1 else "")


def read_mix(text: str) -> Mix:
    """Read a speaker's name or a mix.

    Raises:
        UnknownName: it names a speaker that does not exist.
        RequestError: the weights add up to 0 or are too large, or the mix has too many parts.
    """
    parts = [_PART.fullmatch(part) for part in re.split(r"[+,]", text)]
    if len(parts) > _MOST_PARTS:
        raise RequestError(f"a mix has at most {_MOST_PARTS} voices, not {len(parts)}")
    weights: dict[str, float] = {}
    for part in parts:
        if part is None or part["name"] not in SPEAKERS:
            raise UnknownName("voice", text if part is None else part["name"], SPEAKERS)
        weights[part["name"]] = weights.get(part["name"], 0.0) + float(part["weight"] or 1)
    total = sum(weights.values())
    if not 0 < total < float("inf"):
        raise RequestError("the weights of a mix add up to more than 0, for example af_bella(2)+af_sky(1)")
    return Mix({name: weight / total for name, weight in weights.items()})
