"""Where the listener is: a model of playback, and what of the text was heard by then.

The server cannot hear its own sound. Until a client reports its play position, playback is taken to start
with the first audio delivered, or when what is heard before it is over, to run in real time, and to stand
still while there is nothing to play. Gap figures, the scheduler's deadlines and the heard text of a barge-in
all come from this one clock. Times in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice_server.core.text.offsets import OffsetMap
from voice_server.core.types import Span


class PlayClock:
    """A play head that follows delivered audio.

    `is_paused` says whether it stands still until `resume`, `silent_at` when the listener falls silent if
    nothing more is delivered: None before the first audio.
    """

    def __init__(self) -> None:
        self._delivered_s = 0.0
        self._anchor_s = 0.0  # position of the play head …
        self._anchored_at = 0.0  # … at this moment; before the first audio, playback does not begin earlier
        self._paused_before_s = 0.0  # how far off its beginning was when playback was paused
        self.is_paused = False
        self.silent_at: float | None = None

    def begin_at(self, moment: float) -> None:
        """Let playback begin no earlier: until then the listener hears something else."""
        self._anchored_at = moment

    def deliver(self, audio_s: float, now: float) -> float:
        """Count audio as delivered; returns how long the listener had heard silence before it."""
        gap_s = 0.0
        if self.silent_at is None:
            self._paused_before_s = max(0.0, self._anchored_at - now)
            self._anchor(0.0, now + self._paused_before_s)
        elif not self.is_paused and now > self.silent_at:
            gap_s = now - self.silent_at
            self._anchor(self._delivered_s, now)
        self._delivered_s += audio_s
        self._anchor(self._anchor_s, self._anchored_at)
        return gap_s

    def report(self, played_s: float, now: float) -> None:
        """Take the play position that the client reports; never beyond what was delivered."""
        if self.silent_at is not None:
            self._paused_before_s = 0.0
            self._anchor(min(max(played_s, 0.0), self._delivered_s), now)

    def pause(self, now: float) -> None:
        """The listener's playback stands still from now on."""
        if self.silent_at is not None and not self.is_paused:
            self._paused_before_s = max(0.0, self._anchored_at - now)
            self._anchor(self.position_s(now), now)
        self.is_paused = True

    def resume(self, now: float) -> None:
        """Playback goes on from where it stood."""
        if self.is_paused and self.silent_at is not None:
            self._anchor(self._anchor_s, now + self._paused_before_s)
        self.is_paused = False

    def position_s(self, now: float) -> float:
        """Seconds of audio the listener has heard."""
        if self.silent_at is None:
            return 0.0
        if self.is_paused:
            return self._anchor_s
        return min(self._delivered_s, self._anchor_s + max(0.0, now - self._anchored_at))

    def ahead_s(self, now: float) -> float:
        """Seconds delivered beyond the play position."""
        return self._delivered_s - self.position_s(now)

    def _anchor(self, position_s: float, now: float) -> None:
        self._anchor_s = position_s
        self._anchored_at = now
        self.silent_at = now + self._delivered_s - position_s


@dataclass(frozen=True, slots=True)
class SpokenPart:
    """Audio that was delivered for a span of the typed text, and its words, if they are known.

    A word begins at each of `word_starts_ms`, from the part's first sample, and ends at the offset into the
    spoken text that has the same place in `word_ends`; `offsets` leads from there into the span. (Arrays take
    little memory, and nothing is looked up before somebody asks: many parts are kept, and few asked for.)
    """

    start_s: float
    audio_s: float
    span: Span
    word_starts_ms: Sequence[float] = ()
    word_ends: Sequence[int] = ()
    offsets: OffsetMap | None = None


def heard_until(parts: Sequence[SpokenPart], position_s: float) -> int:
    """The typed offset up to which the listener has heard, given delivered parts in order.

    A word counts as heard once it has begun. Without word marks the offset is taken in proportion to the
    part's audio.
    """
    offset = 0
    for part in parts:
        into_s = position_s - part.start_s
        if into_s <= 0:
            break
        if into_s >= part.audio_s:
            offset = part.span[1]
            continue
        return max(offset, _offset_within(part, into_s))
    return offset


def _offset_within(part: SpokenPart, into_s: float) -> int:
    start, end = part.span
    if part.offsets is not None and part.word_ends:
        begun = sum(start_ms <= into_s * 1000 for start_ms in part.word_starts_ms)
        return start + part.offsets.to_source(0, part.word_ends[begun - 1])[1] if begun else start
    return start + int((end - start) * into_s / part.audio_s)
