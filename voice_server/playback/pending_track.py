"""What was sent to a player and has not been heard: kept, so that another player can go on with it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator

from voice_server.core.audio.pcm import duration_ms
from voice_server.core.types import PCM_BYTES_PER_SECOND, SAMPLE_RATE_HZ

_WINDOW_BYTES = 20 * PCM_BYTES_PER_SECOND


class PendingTrack:
    """One item's sound on its way; a writer waits in `room` while 20 s of it are unheard."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.is_complete = False
        self._unheard: deque[bytes] = deque()
        self._unheard_bytes = 0
        self._heard_bytes = 0
        self._origin_bytes = 0  # of what was heard, how much before the player of now
        self._next_seq = 0
        self._moved = asyncio.Event()

    @property
    def heard_ms(self) -> float:
        """How much has been heard, whichever player played it."""
        return duration_ms(self._heard_bytes, SAMPLE_RATE_HZ)

    def add(self, pcm: bytes) -> int:
        """Keep a piece; return its number in the order for the player of now."""
        self._unheard.append(pcm)
        self._unheard_bytes += len(pcm)
        self._next_seq += 1
        return self._next_seq - 1

    def heard(self, n_bytes: int) -> None:
        """Forget what the player of now has played since it began with this track."""
        fresh = self._origin_bytes + n_bytes - self._heard_bytes
        self._heard_bytes += fresh
        self._unheard_bytes -= fresh
        while fresh:
            piece = self._unheard.popleft()
            if len(piece) > fresh:
                self._unheard.appendleft(piece[fresh:])
            fresh -= min(fresh, len(piece))
        self._moved.set()

    def again(self) -> Iterator[tuple[int, bytes]]:
        """Begin anew with another player: yield what has not been heard, with its order."""
        self._origin_bytes = self._heard_bytes
        self._next_seq = len(self._unheard)
        yield from enumerate(self._unheard)

    async def room(self) -> None:
        """Wait until there is little enough unheard."""
        while self._unheard_bytes >= _WINDOW_BYTES:
            self._moved.clear()
            await self._moved.wait()
