"""Plugins for tests, made of functions; and one that hangs until the test is over."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from voice_server.plugins.discovery import FoundPlugin
from voice_server.plugins.plugin_api import SpeechContext, hookimpl

CONTEXT = SpeechContext("one", "alba", "en", "Hello there.")
SHORT_S = 0.05
"""A limit for plugins that hang."""


def plugin_of(name: str, *, is_listed: bool = True, **hooks: Callable[..., object]) -> FoundPlugin:
    """A plugin with these implementations of hooks."""
    module = ModuleType(name)
    for hook, function in hooks.items():
        setattr(module, hook, hookimpl(function))
    return FoundPlugin(name, "tests", module, is_listed)


class Hang:
    """A function that does not return before it is released."""

    def __init__(self) -> None:
        self._begun, self._released = threading.Event(), threading.Event()

    def __call__(self, *_arguments: object) -> None:
        self._begun.set()
        self._released.wait()

    async def has_begun(self) -> None:
        """Wait until somebody has called it."""
        await asyncio.to_thread(self._begun.wait)

    def release(self) -> None:
        """Let it return."""
        self._released.set()


@contextmanager
def hanging() -> Iterator[Hang]:
    """A function that hangs until the block is left."""
    hang = Hang()
    try:
        yield hang
    finally:
        hang.release()


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a test on a real loop: threads know no virtual time."""
    asyncio.run(asyncio.wait_for(main(), 10))
