"""What an utterance renders: segments that wait for a worker, and those that have one."""

from __future__ import annotations

from collections import deque

from voice_server.core.speech.segments import PendingSegment, SegmentPhase
from voice_server.core.types import PCM_BYTES_PER_SECOND


class RenderQueue:
    """Segments in the order in which they will be heard.

    `waiting_chars` counts the text that no worker has, `certain_waiting` the sentences of it whose end is
    certain.
    """

    def __init__(self) -> None:
        self.waiting_chars = 0
        self.certain_waiting = 0
        self._waiting: deque[PendingSegment] = deque()
        self._rendering: set[PendingSegment] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_rendering(self) -> bool:
        """Whether a worker has a segment."""
        return bool(self._rendering)

    @property
    def first(self) -> PendingSegment | None:
        """The segment to render next."""
        return self._waiting[0] if self._waiting else None

    def add(self, pending: PendingSegment) -> None:
        """Add a new segment behind all others."""
        self._waiting.append(pending)
        self._count(pending, 1)

    def make_certain(self, pending: PendingSegment, now: float) -> None:
        """Take note that a sentence's end, which was only likely, is certain."""
        pending.certain_at = now
        if pending.phase is SegmentPhase.WAITING:
            self.certain_waiting += 1

    def begin(self, now: float) -> PendingSegment:
        """Take the next segment for a worker."""
        pending = self._waiting.popleft()
        self._count(pending, -1)
        pending.phase = SegmentPhase.RENDERING
        pending.begun_at = now
        self._rendering.add(pending)
        return pending

    def end(self, pending: PendingSegment, phase: SegmentPhase, now: float) -> None:
        """Take note that a worker is done with a segment, which is rendered or has failed."""
        self._rendering.discard(pending)
        pending.phase = phase
        pending.ended_at = now

    def requeue(self, pending: PendingSegment) -> None:
        """Render a segment that a worker had again, before all others."""
        self._rendering.discard(pending)
        pending.phase = SegmentPhase.WAITING
        self._waiting.appendleft(pending)
        self._count(pending, 1)

    def discard(self, pending: PendingSegment) -> bool:
        """Drop a segment; returns whether a worker must be stopped."""
        if pending.phase is SegmentPhase.WAITING:
            self._waiting.remove(pending)
            self._count(pending, -1)
            return False
        was_rendering = pending in self._rendering
        self._rendering.discard(pending)
        return was_rendering

    def expected_s(self) -> float:
        """Seconds of audio still to come from the workers, at the pace of ordinary speech."""
        if not self._rendering:
            return 0.0
        expected_s = 0.0
        for pending in self._rendering:
            expected_s += max(0.0, pending.expected_s - pending.rendered_bytes / PCM_BYTES_PER_SECOND)
        return expected_s

    def _count(self, pending: PendingSegment, sign: int) -> None:
        self.waiting_chars += sign * len(pending.piece.text)
        self.certain_waiting += sign * (pending.certain_at is not None)
