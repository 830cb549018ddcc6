"""Notices that a test's event loop is blocked: by a call that waits, or by one that computes for too long.

A thread beside each `asyncio.Runner.run` asks the loop for a callback, again and again. While one is due,
the time counts for which the loop's thread sleeps, and a part of that for which it computes; what it waits
for a processor does not count.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context
from pathlib import Path
from typing import Any
from unittest.mock import patch

LIMIT_S = 0.35
_PERIOD_S = 0.05
_LONGEST_STEP_S = 2 * _PERIOD_S  # this thread itself may have come late
_COMPUTING = 1 / 3  # how much of computing counts: processors that others use too are slow
_STACK_DEPTH = 6
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class ThreadActivity:
    """What the calling thread does, as other threads may ask (Linux: /proc/self/task)."""

    def __init__(self) -> None:
        self._stat = Path(f"/proc/self/task/{threading.get_native_id()}/stat")
        self._used_s = 0.0
        self._seen_at = time.monotonic()
        self.step_s()

    def step_s(self) -> float:
        """How long the thread has slept, or a part of how long it has computed, since the last call."""
        now = time.monotonic()
        state, *fields = self._stat.read_text().rpartition(")")[2].split()
        used_s = (int(fields[10]) + int(fields[11])) / _TICKS_PER_S
        counted_s = _COMPUTING * (used_s - self._used_s) if state == "R" else now - self._seen_at
        self._used_s, self._seen_at = used_s, now
        return min(counted_s, _LONGEST_STEP_S)


class LoopWatchdog:
    """Hands `report` a stack whenever the loop of the calling thread has been blocked for `LIMIT_S`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, report: Callable[[str], object]) -> None:
        self._loop = loop
        self._report = report
        self._ident = threading.get_ident()
        self._activity = ThreadActivity()
        self._over, self._answered = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._watch, name="loop watchdog", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        blocked_s = 0.0
        self._ask()
        while not self._over.wait(_PERIOD_S) and not self._loop.is_closed():
            step_s = self._activity.step_s()
            if self._answered.is_set():
                blocked_s = 0.0
                self._ask()
                continue
            was_below = blocked_s < LIMIT_S
            blocked_s += step_s
            if was_below and blocked_s >= LIMIT_S:
                self._report(self._stack())

    def _ask(self) -> None:
        self._answered.clear()
        self._loop.call_soon_threadsafe(self._answered.set)

    def _stack(self) -> str:
        """Where the loop's thread is, the innermost frames."""
        frame = sys._current_frames()[self._ident]
        return "".join(traceback.format_stack(frame)[-_STACK_DEPTH:])


@contextmanager
def watched_loops() -> Iterator[list[str]]:
    """Collect the stacks of calls that block the loops which asyncio runs meanwhile, in any thread."""
    blocked: list[str] = []
    run = asyncio.Runner.run

    def watched_run(
        runner: asyncio.Runner, main: Coroutine[Any, Any, Any], *, context: Context | None = None
    ) -> Any:
        with LoopWatchdog(runner.get_loop(), blocked.append):
            return run(runner, main, context=context)

    with patch.object(asyncio.Runner, "run", watched_run):
        yield blocked


@contextmanager
def no_blocked_loop() -> Iterator[None]:
    """Fail when a call blocks a loop."""
    with watched_loops() as blocked:
        yield
    assert not blocked, f"the event loop was blocked in:\n{blocked[0]}"
