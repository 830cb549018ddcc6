"""What an utterance tells its listener, in order. Every endpoint translates these into its own messages.

`index` counts the sentences of one utterance from 0; `text` is a sentence without what is not for the ear,
and `chars` are offsets into the text as typed. Exactly one `UtteranceFinished` ends an utterance, and nothing
follows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voice_server.core.types import Span, TimesSource, WordMark


class FinishReason(StrEnum):
    """Why an utterance ended."""

    COMPLETE = "complete"
    CANCELLED = "cancelled"
    PREEMPTED = "preempted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SentenceDispatched:
    """A sentence went to a worker; `queue_depth` committed sentences wait behind it."""

    index: int
    text: str
    chars: Span
    queue_depth: int


@dataclass(frozen=True, slots=True)
class SentenceStarted:
    """The next `SentenceAudio` is the first of this sentence, `at_ms` after the utterance's first sample."""

    index: int
    text: str
    spoken: str
    chars: Span
    at_ms: float
    queued_ms: float


@dataclass(frozen=True, slots=True)
class SentenceAudio:
    """PCM of one sentence: int16 little endian mono at 24 000 Hz."""

    index: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """When words are spoken: ms from the sentence's first sample, offsets into the text as typed."""

    index: int
    marks: tuple[WordMark, ...]
    source: TimesSource


@dataclass(frozen=True, slots=True)
class SentenceEnded:
    """All audio of a sentence was handed over.

    `ttfa_ms` runs from the moment the sentence's end was certain to its first audio (below zero when the
    render began at a likely end); `rtf` is render time by audio time; `gap_ms` is gaps before and inside it.
    """

    index: int
    audio_ms: float
    ttfa_ms: float
    rtf: float
    gap_ms: float


@dataclass(frozen=True, slots=True)
class FlushReached:
    """Everything before this flush has been handed over."""

    id: int | str | None


@dataclass(frozen=True, slots=True)
class UtteranceWarning:
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
class HeardText:
    """The answer to a barge-in: `heard + unheard` is the text as typed, `dropped_ms` audio nobody heard."""

    heard: str
    unheard: str
    dropped_ms: float


@dataclass(frozen=True, slots=True)
class UtteranceFinished:
    """The end of an utterance."""

    reason: FinishReason
    audio_ms: float
    characters: int
    sentences: int


UtteranceEvent = (
    SentenceDispatched
    | SentenceStarted
    | SentenceAudio
    | SentenceWords
    | SentenceEnded
    | FlushReached
    | UtteranceWarning
    | SentenceFailed
    | HeardText
    | UtteranceFinished
)
