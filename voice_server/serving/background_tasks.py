"""Tasks that go on beside the requests for as long as the server runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

Spawn = Callable[[Coroutine[Any, Any, None]], object]


@asynccontextmanager
async def background_tasks() -> AsyncIterator[Spawn]:
    """Yield what starts a task; those that still run when the block is left are cancelled then."""
    async with asyncio.TaskGroup() as tasks:
        started: set[asyncio.Task[None]] = set()

        def spawn(work: Coroutine[Any, Any, None]) -> None:
            task = tasks.create_task(work)
            started.add(task)
            task.add_done_callback(started.discard)

        try:
            yield spawn
        finally:
            for task in started:
                task.cancel()
