"""Jobs that no worker has yet, first come, first served; who comes first is the scheduler's business."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from voice_server.core.types import OptionValue, Segment
from voice_server.pool.job import Job, Unavailable


class JobQueue:
    """The jobs of one backend; `numbers` yields job numbers, `options` are those of its configuration."""

    def __init__(self, numbers: Iterator[int], options: dict[str, OptionValue]) -> None:
        self._numbers = numbers
        self._options = options
        self._waiting: deque[Job] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, segment: Segment, avoided_slot: int | None) -> Job:
        """Put a job for a segment at the end. Raises WireError when it cannot be sent to a worker."""
        options = {"seed": segment.seed, **self._options, **segment.options}
        job = Job(next(self._numbers), segment, options, avoided_slot)
        self._waiting.append(job)
        return job

    def remove(self, job: Job) -> None:
        """Take out a job that waits."""
        self._waiting.remove(job)

    def assign(self, idle_slots: Sequence[int]) -> tuple[Job, int] | None:
        """Take out the first job for one of these slots; None when no job waits or no slot is idle.

        A job gets the slot that it is to avoid only when no other is idle.
        """
        if not self._waiting or not idle_slots:
            return None
        job = self._waiting.popleft()
        job.slot = next((slot for slot in idle_slots if slot != job.avoided_slot), idle_slots[0])
        return job, job.slot

    def refuse_all(self, reason: str) -> None:
        """End every job that waits; `reason` is a sentence."""
        while self._waiting:
            self._waiting.popleft().end(Unavailable(reason))
