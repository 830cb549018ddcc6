"""Ctrl-C as a request to stop speech; a second one before it was served raises KeyboardInterrupt as usual."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def deferred_interrupt(on_interrupt: Callable[[], object]) -> Iterator[None]:
    """Hold a Ctrl-C back until the block has ended, then call `on_interrupt`.

    So a request is answered before it is stopped: only the answer says what there is to stop.
    """
    presses = 0

    def count(_number: int, _frame: FrameType | None) -> None:
        nonlocal presses
        presses += 1
        if presses > 1:
            raise KeyboardInterrupt

    previous = signal.signal(signal.SIGINT, count)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
    if presses:
        on_interrupt()


@contextmanager
def interrupt_event() -> Iterator[asyncio.Event]:
    """Yield an event that every Ctrl-C sets while the block runs; the block clears it.

    A prompt installs a handler of its own meanwhile, and puts this one back when a line has been typed.
    """
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()

    def set_event(number: int, frame: FrameType | None) -> None:
        if interrupted.is_set() and callable(previous):
            previous(number, frame)
        loop.call_soon_threadsafe(interrupted.set)

    previous = signal.signal(signal.SIGINT, set_event)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, previous)
