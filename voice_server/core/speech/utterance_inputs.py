"""What can happen to an utterance: the listener's side speaks first, then the renders'."""

from __future__ import annotations

from dataclasses import dataclass

from voice_server.core.speech.segments import PendingSegment, SpeechSettings
from voice_server.core.speech.utterance_events import Reason
from voice_server.core.types import Notice, Segment, WordMark


@dataclass(frozen=True, slots=True)
class Text:
    """More text, joined verbatim to what came before."""

    text: str


@dataclass(frozen=True, slots=True)
class Flush:
    """Speak what is buffered; the utterance stays open."""

    id: int | str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """No more text."""


@dataclass(frozen=True, slots=True)
class Configure:
    """Settings for every sentence whose end has not been found yet."""

    settings: SpeechSettings


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop handing out audio and rendering ahead."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on after `Pause`."""


@dataclass(frozen=True, slots=True)
class Played:
    """The client's play position, ms from the utterance's first sample."""

    played_ms: float


@dataclass(frozen=True, slots=True)
class Cancel:
    """Barge-in: drop text, queue and renders."""

    played_ms: float | None = None
    reason: Reason = Reason.CANCELLED


@dataclass(frozen=True, slots=True)
class Sounded:
    """PCM of a segment at 24 000 Hz, in order."""

    pending: PendingSegment
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Marked:
    """A word of a segment, with offsets into the segment's text."""

    pending: PendingSegment
    mark: WordMark


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something about a render that the listener may want to know."""

    pending: PendingSegment
    notice: Notice


@dataclass(frozen=True, slots=True)
class Rendered:
    """A segment is complete."""

    pending: PendingSegment


@dataclass(frozen=True, slots=True)
class Failed:
    """A segment could not be rendered; what was rendered of it stands."""

    pending: PendingSegment
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Redirected:
    """A segment that no audio has come of goes to another backend."""

    pending: PendingSegment
    segment: Segment
    notice: Notice


Input = (
    Text
    | Flush
    | End
    | Configure
    | Pause
    | Resume
    | Played
    | Cancel
    | Sounded
    | Marked
    | Noticed
    | Rendered
    | Failed
    | Redirected
)
