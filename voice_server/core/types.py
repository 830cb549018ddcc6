"""The nouns that every layer shares: voices, options, segments, frames, word marks.

PCM is always int16, little endian, mono; a sample rate always stands beside it. Towards clients it is
`SAMPLE_RATE_HZ`. Offsets are Unicode code points, half open, into the text that the name says.
This file is imported inside the backends' environments too: standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SAMPLE_RATE_HZ = 24_000
BYTES_PER_SAMPLE = 2
PCM_BYTES_PER_SECOND = SAMPLE_RATE_HZ * BYTES_PER_SAMPLE
"""What a second of the PCM towards clients takes."""

ANY_LANGUAGE = "mul"
"""The language of a speaker that is combined with others' languages (ISO 639-2: several)."""

Span = tuple[int, int]
"""Half-open offsets [start, end) in code points."""

OptionValue = float | int | str | bool
TimesSource = Literal["model", "engine", "estimate"]


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker that a backend offers.

    `language` is a BCP 47 tag, `gender` is "female", "male" or "" where the backend does not say;
    `kind` is "built_in", or "sample" for a clone made from a recording.
    """

    id: str
    name: str
    language: str
    gender: str = ""
    backend: str = ""
    kind: Literal["built_in", "sample"] = "built_in"


@dataclass(frozen=True, slots=True)
class Option:
    """An option that a backend understands: its type, range and default.

    One that is `ignored` is checked like the others and has no effect with the model that is loaded.
    """

    name: str
    kind: Literal["number", "integer", "boolean", "text", "choice"]
    default: OptionValue | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    description: str = ""
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do beyond speaking.

    `times` says where its word times come from ("" when it gives none), `tags` are the bracketed sounds it
    knows ("laugh"), `streams` whether a segment's audio comes in pieces while it renders, `mixes` whether it
    speaks with a voice like `af_bella(2)+af_sky(1)`, a weighted mix of its own.
    """

    options: tuple[Option, ...] = ()
    times: TimesSource | Literal[""] = ""
    tags: tuple[str, ...] = ()
    streams: bool = False
    clones: bool = False
    mixes: bool = False
    watermark: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """What one worker renders in one go: text as spoken, with everything that decides its sound.

    `seed` makes sampling engines repeatable, so that a retry continues the same audio. For `spare_s` seconds
    nobody will miss its sound: it may come in fewer pieces.
    """

    backend: str
    text: str
    voice: str
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    seed: int = 0
    spare_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece of one segment's audio: `pcm` at `sample_rate_hz`, in order."""

    pcm: bytes
    sample_rate_hz: int


@dataclass(frozen=True, slots=True)
class WordMark:
    """When a word is spoken: milliseconds from the segment's start, offsets into the segment's text."""

    word: str
    start_ms: float
    end_ms: float
    start: int
    end: int
    phonemes: str = ""


@dataclass(frozen=True, slots=True)
class SpeechWarning:
    """Something a client may want to know although the work goes on: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ReadyBackend:
    """What a backend says of itself once it is warm."""

    voices: tuple[Voice, ...]
    sample_rate_hz: int
    capabilities: Capabilities


JsonObject = dict[str, Any]
"""A message on a wire; never passed between modules beyond the one that reads or writes it."""
