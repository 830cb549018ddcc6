"""What can happen to an utterance: the listener's side speaks first, then the renders'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice_server.core.speech.reading import ReadPart
from voice_server.core.speech.segments import PendingSegment
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.speech.text_stages import Preparation
from voice_server.core.speech.utterance_events import FinishReason
from voice_server.core.types import Segment, SpeechWarning, WordMark


@dataclass(frozen=True, slots=True)
class PushText:
    """More text, joined verbatim to what came before."""

    text: str


@dataclass(frozen=True, slots=True)
class FlushText:
    """Speak what is buffered; the utterance stays open."""

    id: int | str | None = None


@dataclass(frozen=True, slots=True)
class EndText:
    """No more text."""


@dataclass(frozen=True, slots=True)
class Configure:
    """Settings for every sentence whose end has not been found yet."""

    settings: SpeechSettings


@dataclass(frozen=True, slots=True)
class PauseDelivery:
    """Stop handing out audio and rendering ahead."""


@dataclass(frozen=True, slots=True)
class ResumeDelivery:
    """Go on after `PauseDelivery`."""


@dataclass(frozen=True, slots=True)
class ReportPlayed:
    """The client's play position, ms from the utterance's first sample."""

    played_ms: float


@dataclass(frozen=True, slots=True)
class CancelUtterance:
    """Barge-in: drop text, queue and renders."""

    played_ms: float | None = None
    reason: FinishReason = FinishReason.CANCELLED


@dataclass(frozen=True, slots=True)
class TextPrepared:
    """What is said of the sentence whose preparation was begun, and what its listener should know of it."""

    preparation: Preparation
    parts: Sequence[ReadPart]
    warnings: tuple[SpeechWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedAudio:
    """PCM of a segment at 24 000 Hz, in order."""

    pending: PendingSegment
    pcm: bytes


@dataclass(frozen=True, slots=True)
class RenderedWord:
    """A word of a segment, with offsets into the segment's text."""

    pending: PendingSegment
    mark: WordMark


@dataclass(frozen=True, slots=True)
class RenderWarning:
    """Something about a render that the listener may want to know."""

    pending: PendingSegment
    warning: SpeechWarning


@dataclass(frozen=True, slots=True)
class RenderCompleted:
    """A segment is complete."""

    pending: PendingSegment


@dataclass(frozen=True, slots=True)
class RenderFailed:
    """A segment could not be rendered further; what was rendered of it is kept."""

    pending: PendingSegment
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class RenderRedirected:
    """A segment without any audio so far goes to another backend."""

    pending: PendingSegment
    segment: Segment
    warning: SpeechWarning


TextInput = PushText | FlushText | EndText | Configure
"""What concerns the text, and holds behind all text that came before."""

UtteranceInput = (
    TextInput
    | PauseDelivery
    | ResumeDelivery
    | ReportPlayed
    | CancelUtterance
    | TextPrepared
    | RenderedAudio
    | RenderedWord
    | RenderWarning
    | RenderCompleted
    | RenderFailed
    | RenderRedirected
)
