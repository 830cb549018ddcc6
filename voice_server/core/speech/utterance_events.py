"""What an utterance tells its listener, in order. Every door translates these into its own messages.

`index` counts the sentences of one utterance from 0; `chars` are offsets into the text as typed. Exactly one
`Finished` ends an utterance, and nothing follows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voice_server.core.types import Span, TimesSource, WordMark


class Reason(StrEnum):
    """Why an utterance ended."""

    COMPLETE = "complete"
    CANCELLED = "cancelled"
    PREEMPTED = "preempted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Generating:
    """A sentence went to a worker; `queue_depth` committed sentences wait behind it."""

    index: int
    text: str
    chars: Span
    queue_depth: int


@dataclass(frozen=True, slots=True)
class SentenceStarted:
    """The next `Audio` is the first of this sentence, `at_ms` after the utterance's first sample."""

    index: int
    text: str
    spoken: str
    chars: Span
    at_ms: float
    queued_ms: float


@dataclass(frozen=True, slots=True)
class Audio:
    """PCM of one sentence: int16 little endian mono at 24 000 Hz."""

    index: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Words:
    """When words are spoken: ms from the sentence's first sample, offsets into the text as typed."""

    index: int
    marks: tuple[WordMark, ...]
    source: TimesSource


@dataclass(frozen=True, slots=True)
class SentenceEnded:
    """All audio of a sentence was handed over.

    `ttfa_ms` runs from the moment the sentence's end was certain to its first audio (below zero when the
    render began at a likely end); `rtf` is render time by audio time; `gap_ms` is the silence before it.
    """

    index: int
    audio_ms: float
    ttfa_ms: float
    rtf: float
    gap_ms: float


@dataclass(frozen=True, slots=True)
class Flushed:
    """Everything before this flush has been handed over."""

    id: int | str | None


@dataclass(frozen=True, slots=True)
class Warned:
    """Something was not as asked, and the work goes on."""

    code: str
    message: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class SentenceFailed:
    """A sentence could not be spoken and is skipped."""

    index: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Heard:
    """The answer to a barge-in: `heard + unheard` is the text as typed, `dropped_ms` audio nobody heard."""

    heard: str
    unheard: str
    dropped_ms: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of an utterance."""

    reason: Reason
    audio_ms: float
    characters: int
    sentences: int


Event = (
    Generating
    | SentenceStarted
    | Audio
    | Words
    | SentenceEnded
    | Flushed
    | Warned
    | SentenceFailed
    | Heard
    | Finished
)
