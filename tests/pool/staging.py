"""Real workers that fail on cue, and what it takes to listen to them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from voice_server.config import BackendConfig
from voice_server.core.supervision import SupervisionPolicy
from voice_server.core.types import Frame, Segment, SpeechWarning, WordMark
from voice_server.pool.local_pool import LocalPool
from voice_server.pool.worker_pool import WorkerPool

Run = Callable[[Coroutine[Any, Any, None]], None]
ADAPTER = Path(__file__).parent / "faulty_backends" / "scripted.py"
HASTY = SupervisionPolicy(first_pause_s=0.01, longest_pause_s=0.05, load_failure_pause_s=0.05)
"""Restarts as the product's, with shorter pauses."""


@dataclass
class Take:
    """What came of rendering one segment."""

    pcm: bytes = b""
    words: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    frames: int = 0


@dataclass
class Stage:
    """A folder for one test's scripted backend, with its gate."""

    scratch: Path
    gate: int
    arrivals: int
    forked: bool = False

    def config(
        self, *, workers: int = 2, adapter: Path = ADAPTER, fault: str = "", **changes: Any
    ) -> BackendConfig:
        """A backend whose limits are short enough to wait for."""
        settings = {"scratch": str(self.scratch), "fault": fault} | changes.pop("settings", {})
        usual = BackendConfig(
            adapter=adapter, workers=workers, settings=settings, forked=self.forked, fade_ms=0
        )
        return msgspec.structs.replace(usual, **changes)

    def pool(self, *, patience_s: float = 1.0, **changes: Any) -> LocalPool:
        """A pool of one scripted backend."""
        return LocalPool({"scripted": self.config(**changes)}, policy=HASTY, patience_s=patience_s)

    def open_gate(self) -> None:
        """Let a worker that waits at the gate, or comes there later, go on."""
        os.write(self.gate, b"x")

    async def arrival(self) -> None:
        """Return when a worker waits at the gate, or hangs at its start."""
        came = asyncio.Event()
        asyncio.get_running_loop().add_reader(self.arrivals, came.set)
        await came.wait()
        asyncio.get_running_loop().remove_reader(self.arrivals)


def segment(text: str, seed: int = 0, backend: str = "scripted") -> Segment:
    return Segment(backend, text, "one", {}, seed)


async def listen(
    pool: WorkerPool, text: str, *, seed: int = 0, on_first: Callable[[], object] | None = None
) -> Take:
    """Render a text to its end; `on_first` is called when the first frame has come."""
    take = Take()
    async for piece in pool.render(segment(text, seed)):
        if isinstance(piece, Frame):
            take.pcm += piece.pcm
            take.frames += 1
            if take.frames == 1 and on_first is not None:
                on_first()
        elif isinstance(piece, WordMark):
            take.words.append(piece.word)
        elif isinstance(piece, SpeechWarning):
            take.notices.append(piece.code)
    return take


async def gone(pid: int) -> None:
    """Return when a process has ended; it is left for its parent to collect."""
    ended = asyncio.Event()
    descriptor = os.pidfd_open(pid)
    asyncio.get_running_loop().add_reader(descriptor, ended.set)
    await ended.wait()
    asyncio.get_running_loop().remove_reader(descriptor)
    os.close(descriptor)


async def two_workers_meet(pool: LocalPool) -> None:
    """Return when two workers have rendered at the same moment: the pool is whole.

    Both are waited for first: one that met the other while it still starts would be taken for silent.
    """
    while pool.backends["scripted"].free < 2:
        await asyncio.sleep(0.01)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listen(pool, "meet"))
        tasks.create_task(listen(pool, "meet"))
