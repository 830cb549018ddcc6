"""The lines of standard input for a command that does other things meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import suppress

from voice_server.commands.shared.text_input import input_lines
from voice_server.errors import ConfigError

THREAD_NAME = "standard input"


async def piped_lines(encoding: str | None = None) -> AsyncGenerator[str, None]:
    """Yield the lines of standard input, each as soon as it has come. Raises ConfigError.

    A thread that waits for input cannot be ended, so it is one that nobody waits for.
    """
    loop = asyncio.get_running_loop()
    read: asyncio.Queue[str | ConfigError | None] = asyncio.Queue()
    wanted, is_over = threading.Semaphore(), threading.Event()

    def put(item: str | ConfigError | None) -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(read.put_nowait, item)

    def read_all() -> None:
        try:
            for line in input_lines(encoding):
                wanted.acquire()  # only as many lines as are taken: standard input may be endless
                if is_over.is_set():
                    return
                put(line)
        except ConfigError as error:
            put(error)
        else:
            put(None)

    threading.Thread(target=read_all, name=THREAD_NAME, daemon=True).start()
    try:
        while (item := await read.get()) is not None:
            if isinstance(item, ConfigError):
                raise item
            wanted.release()
            yield item
    finally:
        is_over.set()
        wanted.release()
