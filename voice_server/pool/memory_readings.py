"""How much memory the backends' processes take, read beside the event loop and not for every asker anew."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping, Sequence

from voice_server.pool.worker_pool import BackendMemory
from voice_server.process.process_memory import memory_bytes

_VALID_S = 1.0

Processes = Mapping[str, tuple[Sequence[int], int]]
"""The process ids of the workers of each backend, and that of its template, 0 for none."""


class MemoryReadings:
    """The last reading, which holds for a second unless there are other processes."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._processes: Processes = {}
        self._readings: Mapping[str, BackendMemory] = {}
        self._read_at = 0.0

    async def of(self, processes: Processes) -> Mapping[str, BackendMemory]:
        """What these processes take, without those that have just ended; empty where nobody can say."""
        async with self._lock:
            if processes != self._processes or time.monotonic() - self._read_at > _VALID_S:
                self._readings = await asyncio.to_thread(_read, processes)
                self._processes, self._read_at = processes, time.monotonic()
            return self._readings


def _read(processes: Processes) -> Mapping[str, BackendMemory]:
    if memory_bytes(os.getpid()) is None:
        return {}
    return {name: _read_backend(workers, template) for name, (workers, template) in processes.items()}


def _read_backend(workers: Sequence[int], template: int) -> BackendMemory:
    taken = tuple(taken for pid in workers if (taken := memory_bytes(pid)) is not None)
    return BackendMemory(taken, (memory_bytes(template) or 0) if template else 0)
