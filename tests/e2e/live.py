"""A whole server with a real engine, in a thread, for clients that block and programs that are not ours."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from typing import Any

import msgspec

from voice_server.config import Config, load_config
from voice_server.serving.composition import running_server

_START_S = 15


def config_with(*backends: str) -> Config:
    """The shipped configuration with these backends alone; the first is the default."""
    config = load_config()
    chosen = {name: config.backends[name] for name in backends}
    return msgspec.structs.replace(config, backends=chosen, default_backend=backends[0])


@contextmanager
def live_server(config: Config | None = None, **guard: Any) -> Iterator[str]:
    """Yield the base URL of a server that runs until the block is left."""
    told: Queue[tuple[str, asyncio.AbstractEventLoop, asyncio.Event] | BaseException] = Queue()

    async def serve() -> None:
        over = asyncio.Event()
        async with running_server(config or config_with("espeak"), **guard) as url:
            told.put((url, asyncio.get_running_loop(), over))
            await over.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            told.put(error)
            raise

    thread = threading.Thread(target=run, name="live server")
    thread.start()
    found = told.get(timeout=_START_S)
    if isinstance(found, BaseException):
        raise found
    url, loop, over = found
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(_START_S)
