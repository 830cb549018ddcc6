"""What an utterance hands out: audio in order, and a record of what was heard of it."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Final

from voice_server.core.speech.pauses import pause_bytes
from voice_server.core.speech.play_clock import PlayClock, SpokenPart, heard_until
from voice_server.core.speech.reordering import ReorderBuffer
from voice_server.core.speech.segments import PendingSegment, SegmentPhase
from voice_server.core.speech.utterance_events import (
    FlushReached,
    HeardText,
    SentenceAudio,
    SentenceFailed,
    SentenceWords,
    UtteranceEvent,
)
from voice_server.core.types import PCM_BYTES_PER_SECOND, WordMark

_MESSAGE_BYTES: Final = 256 * 1024
_HEARD_HORIZON_S: Final = 60.0  # delivered parts this far behind the play head are certainly heard


class _FlushMark:
    """A lane of its own that becomes `FlushReached`."""

    def __init__(self, flush_id: int | str | None) -> None:
        self.id = flush_id


class _Silence:
    """A lane of its own that is nothing but a pause, behind the last sound."""

    def __init__(self, pause_ms: float) -> None:
        self.pause_ms = pause_ms


class Delivery:
    """Segments' audio and word marks, handed out segment by segment.

    `waiting_bytes` is audio that was rendered and not taken, `taken_bytes` what was; `waiting_flushes` are
    the flushes that have not been reached. Without `keeps_record`
    nothing is kept of what was handed over, and nothing counts as heard.

    A segment's audio begins with the pause that parts it from the sound before. It is handed out as soon as
    the segment is on a worker, so that a listener hears it while the sound is being rendered.
    """

    def __init__(self, *, keeps_record: bool = True) -> None:
        self._keeps_record = keeps_record
        self.clock = PlayClock()
        self.waiting_bytes = 0
        self.taken_bytes = 0
        self.waiting_flushes = 0
        self._lanes: ReorderBuffer[PendingSegment | _FlushMark | _Silence, bytes | tuple[WordMark, ...]] = (
            ReorderBuffer()
        )
        self._parts: deque[SpokenPart] = deque()
        self._has_sound = False  # since the last pause
        self._due_pause_bytes = 0  # of the head, which has started
        self._last_index = 0

    def __contains__(self, pending: PendingSegment) -> bool:
        return pending in self._lanes

    @property
    def is_empty(self) -> bool:
        """Whether everything has been handed over."""
        return not self._lanes

    @property
    def has_event(self) -> bool:
        """Whether `take` would return something."""
        head = self._lanes.head
        if not isinstance(head, PendingSegment):
            return head is not None
        return head.certain_at is not None and (
            self._lanes.peek() is not None
            or self._lanes.head_is_complete
            or self._due_pause_bytes > 0
            or self._may_start_early(head)
        )

    def open(self, pending: PendingSegment) -> None:
        """Add a segment, to be heard after all others."""
        self._lanes.open(pending)

    def add_flush(self, flush_id: int | str | None) -> None:
        """Hand out `FlushReached` when everything before this moment has been."""
        self.waiting_flushes += 1
        self._lanes.open(mark := _FlushMark(flush_id))
        self._lanes.close(mark)

    def add_silence(self, pause_ms: float) -> None:
        """Hand out a pause behind everything before this moment, as audio of the last sentence."""
        self._lanes.open(silence := _Silence(pause_ms))
        self._lanes.close(silence)

    def add_audio(self, pending: PendingSegment, pcm: bytes) -> None:
        """Add audio of a segment."""
        if self._lanes.put(pending, pcm):
            pending.rendered_bytes += len(pcm)
            self.waiting_bytes += len(pcm)

    def add_marks(self, pending: PendingSegment, marks: tuple[WordMark, ...]) -> None:
        """Add word marks of a segment, ahead of the audio that they belong to."""
        self._lanes.put(pending, marks)

    def close(self, pending: PendingSegment) -> None:
        """Take note that nothing more of a segment will come."""
        self._lanes.close(pending)

    def follow_sound(self, until: float, *, with_pause: bool) -> None:
        """The listener hears what was before until a moment; the first segment may begin with its pause."""
        self._has_sound = with_pause
        self.clock.begin_at(until)

    def drop(self, pending: PendingSegment) -> None:
        """Forget a segment and its audio."""
        self.waiting_bytes -= _audio_bytes(self._lanes.drop(pending))

    def clear(self) -> list[PendingSegment]:
        """Forget everything; returns the segments that were not handed over."""
        segments = [lane for lane in self._lanes if isinstance(lane, PendingSegment)]
        self._lanes.clear()
        self.waiting_bytes = self.waiting_flushes = self._due_pause_bytes = 0
        return segments

    def take(self, now: float) -> UtteranceEvent | None:
        """The next event, or None until more is rendered or certain."""
        while (head := self._lanes.head) is not None:
            if isinstance(head, _FlushMark):
                self._lanes.advance()
                self.waiting_flushes -= 1
                return FlushReached(head.id)
            if isinstance(head, _Silence):
                self._lanes.advance()
                return self._deliver_silence(head, now)
            if head.certain_at is None:
                return None
            return self._take_from(head, now)
        return None

    def _take_from(self, head: PendingSegment, now: float) -> UtteranceEvent | None:
        is_silent = self._lanes.head_is_complete and head.failure is None
        has_item = self._lanes.peek() is not None
        if not head.has_started and (has_item or is_silent or self._may_start_early(head)):
            head.has_started = True
            head.start_s = self.taken_bytes / PCM_BYTES_PER_SECOND
            if head.is_asked_for or (self._has_sound and not is_silent):
                head.pause_bytes = self._due_pause_bytes = pause_bytes(head.pause_ms)
                self._has_sound = False
            return head.started_event()
        item = self._lanes.take()
        if isinstance(item, bytes):
            return self._deliver(head, self._with_following_audio(item), now)
        if item is not None:
            return SentenceWords(head.index, _behind_pause(item, head), head.times_source)
        if self._due_pause_bytes:
            return self._deliver(head, b"", now)
        if self._lanes.head_is_complete:
            return self._close_sentence(head, now)
        return None

    def _may_start_early(self, head: PendingSegment) -> bool:
        """Whether a segment begins with its pause although there is no sound of it."""
        is_rendered_now = head.phase is SegmentPhase.RENDERING and not head.has_started
        return is_rendered_now and (self._has_sound or head.is_asked_for) and head.pause_ms > 0

    def _with_following_audio(self, pcm: bytes) -> bytes:
        """One message costs more than a copy: audio that waits behind goes with it, up to a limit."""
        if not isinstance(self._lanes.peek(), bytes):
            return pcm
        pieces, size = [pcm], len(pcm)
        while isinstance(following := self._lanes.peek(), bytes) and size + len(following) <= _MESSAGE_BYTES:
            pieces.append(following)
            size += len(following)
            self._lanes.take()
        return b"".join(pieces)

    def _deliver(self, head: PendingSegment, pcm: bytes, now: float) -> SentenceAudio:
        self.waiting_bytes -= len(pcm)
        self._has_sound = self._has_sound or bool(pcm)
        if self._due_pause_bytes:
            pcm = bytes(self._due_pause_bytes) + pcm
            self._due_pause_bytes = 0
        self.taken_bytes += len(pcm)
        head.gap_s += self.clock.deliver(len(pcm) / PCM_BYTES_PER_SECOND, now)
        return SentenceAudio(head.index, pcm)

    def _deliver_silence(self, silence: _Silence, now: float) -> SentenceAudio:
        pcm = bytes(pause_bytes(silence.pause_ms))
        self.taken_bytes += len(pcm)
        self.clock.deliver(len(pcm) / PCM_BYTES_PER_SECOND, now)
        return SentenceAudio(self._last_index, pcm)

    def _close_sentence(self, head: PendingSegment, now: float) -> UtteranceEvent:
        self._lanes.advance()
        self._last_index = head.index
        if self._keeps_record:
            self._record(head, now)
        if head.failure is not None:
            return SentenceFailed(head.index, *head.failure)
        return head.ended_event()

    def _record(self, head: PendingSegment, now: float) -> None:
        self._parts.append(head.spoken_part())
        horizon_s = self.clock.position_s(now) - _HEARD_HORIZON_S
        while self._parts[0].start_s + self._parts[0].audio_s < horizon_s:
            self._parts.popleft()

    def heard(self, typed: str, now: float) -> HeardText:
        """How much of the text as typed the listener has heard by now."""
        parts = list(self._parts)
        head = self._lanes.head
        if isinstance(head, PendingSegment) and head.has_started:
            parts.append(head.spoken_part())
        offset = heard_until(parts, self.clock.position_s(now))
        unplayed_s = self.clock.ahead_s(now) + self.waiting_bytes / PCM_BYTES_PER_SECOND
        return HeardText(typed[:offset], typed[offset:], unplayed_s * 1000)


def _behind_pause(marks: tuple[WordMark, ...], head: PendingSegment) -> tuple[WordMark, ...]:
    if not head.pause_bytes:
        return marks
    pause_ms = head.pause_s * 1000
    return tuple(
        replace(mark, start_ms=mark.start_ms + pause_ms, end_ms=mark.end_ms + pause_ms) for mark in marks
    )


def _audio_bytes(items: list[bytes | tuple[WordMark, ...]]) -> int:
    return sum(len(item) for item in items if isinstance(item, bytes))
