"""Sound that a player has and that has not been heard: kept so that another player can continue with it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator

from voice_server.core.audio.pcm import duration_ms
from voice_server.core.types import PCM_BYTES_PER_SECOND, SAMPLE_RATE_HZ

_WINDOW_BYTES = 20 * PCM_BYTES_PER_SECOND


class PendingTrack:
    """One track's unheard sound; a writer waits in `room` while there are 20 s of it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.is_complete = False
        self._unheard: deque[bytes] = deque()
        self._unheard_bytes = 0
        self._heard_bytes = 0
        self._origin_bytes = 0  # heard before the present player began
        self._next_seq = 0
        self._moved = asyncio.Event()

    @property
    def heard_ms(self) -> float:
        """How much has been heard, whichever player played it."""
        return duration_ms(self._heard_bytes, SAMPLE_RATE_HZ)

    def add(self, pcm: bytes) -> int:
        """Keep a piece; return its sequence number for the present player."""
        self._unheard.append(pcm)
        self._unheard_bytes += len(pcm)
        self._next_seq += 1
        return self._next_seq - 1

    def heard(self, n_bytes: int) -> None:
        """Forget the sound that the present player has played: `n_bytes` since it began with this track."""
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
        """Begin with another player: yield the sequence number and the sound of each unheard piece."""
        self._origin_bytes = self._heard_bytes
        self._next_seq = len(self._unheard)
        yield from enumerate(self._unheard)

    async def room(self) -> None:
        """Wait until there is little enough unheard."""
        while self._unheard_bytes >= _WINDOW_BYTES:
            self._moved.clear()
            await self._moved.wait()
