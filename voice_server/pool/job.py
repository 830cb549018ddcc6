"""One attempt of one worker at a segment: its frames and word marks are kept here until they are taken.

The buffer holds a whole segment, so that a reader that stalls never blocks a worker. A job ends with one of
four outcomes; whether another attempt follows is decided by `LocalPool.render`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from voice_server.core.types import Frame, OptionValue, Segment, WordMark
from voice_server.core.wire.codec import encode
from voice_server.core.wire.worker_messages import JobDone, JobFailed, RenderJob


@dataclass(frozen=True, slots=True)
class WorkerLost:
    """The worker ended before the job did; `reason` completes the sentence "the worker …"."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The backend is down; `reason` is a sentence."""

    reason: str


JobOutcome = JobDone | JobFailed | WorkerLost | Unavailable


class Job:
    """One attempt at a segment.

    `slot` is None until a worker has it; `avoided_slot` is to get it only if no other is idle. Raises
    WireError for what cannot be sent to a worker.
    """

    def __init__(
        self, number: int, segment: Segment, options: Mapping[str, OptionValue], avoided_slot: int | None
    ) -> None:
        self.number = number
        self.characters = len(segment.text)
        self.request = encode(RenderJob(number, segment.text, segment.voice, options, segment.spare_s))
        self.avoided_slot = avoided_slot
        self.slot: int | None = None
        self.outcome: JobOutcome | None = None
        self.audio_bytes = 0
        self.next_seq = 0
        self._pieces: deque[Frame | WordMark] = deque()
        self._taker: asyncio.Future[None] | None = None

    def put(self, piece: Frame | WordMark) -> None:
        """Add what the worker has sent."""
        self._pieces.append(piece)
        self._wake_taker()

    def end(self, outcome: JobOutcome) -> None:
        """Note how it ended; only the first outcome counts."""
        if self.outcome is None:
            self.outcome = outcome
            self._wake_taker()

    async def take(self) -> Frame | WordMark | None:
        """Return the next piece, or None when the job has ended and everything was taken."""
        while not self._pieces:
            if self.outcome is not None:
                return None
            self._taker = asyncio.get_running_loop().create_future()
            try:
                await self._taker
            finally:
                self._taker = None
        return self._pieces.popleft()

    def _wake_taker(self) -> None:
        if self._taker is not None and not self._taker.done():
            self._taker.set_result(None)
