"""The types that all layers share: voices, options, segments, frames, word marks.

PCM is always int16, little endian, mono, and comes with its sample rate; towards clients that is
`SAMPLE_RATE_HZ`. Offsets count Unicode code points, and ranges of them are half open. This file is imported
in the backends' environments too, so it uses the standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

SAMPLE_RATE_HZ = 24_000
BYTES_PER_SAMPLE = 2
PCM_BYTES_PER_SECOND = SAMPLE_RATE_HZ * BYTES_PER_SAMPLE
"""What a second of the PCM towards clients takes."""

ANY_LANGUAGE = "mul"
"""The language of a voice that speaks the language of the voice it is combined with ("mul" in ISO 639-2)."""

ANY_SCRIPT = "Zyyy"
"""Among the scripts of a voice: it reads all of them (ISO 15924 for what is in no particular script)."""

MAX_PAUSE_MS: Final = 10_000
"""The longest silence between two parts of a text that may be asked for."""

Span = tuple[int, int]
"""Half-open offsets [start, end) in code points."""

OptionValue = float | int | str | bool
TimesSource = Literal["model", "engine", "estimate"]
"""Where word times come from: the model's own alignment, the engine's events, or our estimate."""


NormalizedKind = Literal[
    "numbers", "amounts", "dates", "times", "codes", "signs", "abbreviations", "addresses"
]
"""What text normalization puts into words: plain numbers and ordinals ("numbers"); money, units, percentages,
ranges and fractions ("amounts"); dates and years; times of day; telephone numbers, versions and formulas
("codes"); mathematical and other signs; abbreviations and Roman numerals; and e-mail addresses, hashtags and
handles."""

NORMALIZED_KINDS: Final[frozenset[NormalizedKind]] = frozenset(get_args(NormalizedKind))
"""All of them."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker that a backend offers.

    `language` is a BCP 47 tag; `gender` is "female", "male", or "" for unknown; `kind` is "built_in", or
    "sample" for a clone of a recording. `scripts` are the scripts that it reads beside Latin, by their codes
    in ISO 15924 with spaces between them ("Cyrl Grek"); without any it reads those of its language.
    """

    id: str
    name: str
    language: str
    gender: str = ""
    backend: str = ""
    kind: Literal["built_in", "sample"] = "built_in"
    scripts: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """An option that a backend understands: its type, range and default.

    An `ignored` one is checked like the others, but has no effect with the model that is loaded.
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
    """What a backend can do beside rendering text.

    `times` says where its word times come from, "" if it gives none; `tags` are the sound tags that it knows
    ("laugh"). It `streams` if a segment's audio comes in pieces while it renders, `clones` if it speaks with
    the voice of a recording, `mixes` if it takes a weighted mix of its voices, `af_bella(2)+af_sky(1)`, and
    has a `watermark` if all its audio carries an inaudible mark. What it `normalizes`, as `NormalizedKind`
    names it, it reads well as written, and the server leaves it. With `inline_phonemes` it says
    `[word](/ipa/)` by its phonemes, and gives a mark for what stands in the square brackets. `left_out` are
    languages, by their tags, for which its set-up left out packages, each with a sentence that says how to
    get them.
    """

    options: tuple[Option, ...] = ()
    times: TimesSource | Literal[""] = ""
    tags: tuple[str, ...] = ()
    streams: bool = False
    clones: bool = False
    mixes: bool = False
    watermark: bool = False
    normalizes: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    inline_phonemes: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """What a worker renders in one go: a sentence as spoken, with everything that decides its sound.

    `seed` makes engines that sample repeatable, so that a retry continues the same audio. For `spare_s`
    seconds the listener still has other sound to hear, so that this may come in fewer and larger pieces.
    """

    backend: str
    text: str
    voice: str
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    seed: int = 0
    spare_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece of a segment's audio: PCM at `sample_rate_hz`. A segment's frames come in order."""

    pcm: bytes
    sample_rate_hz: int


@dataclass(frozen=True, slots=True)
class WordMark:
    """When a word is spoken, in milliseconds of the segment's audio, and where it stands in its text."""

    word: str
    start_ms: float
    end_ms: float
    start: int
    end: int
    phonemes: str = ""


@dataclass(frozen=True, slots=True)
class SpeechWarning:
    """Something that a client should know although its request is served: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ReadyBackend:
    """What a backend declares when it has been loaded and warmed up."""

    voices: tuple[Voice, ...]
    sample_rate_hz: int
    capabilities: Capabilities


JsonObject = dict[str, Any]
"""A JSON object as it is sent or received; only the module that writes or reads it may handle one."""
