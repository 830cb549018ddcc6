"""What goes on in the background ends with the server, and not later."""

from __future__ import annotations

import asyncio

import pytest

from voice_server.serving.background_tasks import background_tasks


def test_a_task_runs_beside_the_block_and_is_cancelled_at_its_end() -> None:
    told: list[str] = []

    async def work(begun: asyncio.Event) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            told.append("ended")

    async def main() -> None:
        begun = asyncio.Event()
        async with background_tasks() as spawn:
            spawn(work(begun))
            await begun.wait()
            assert not told
        assert told == ["ended"]

    asyncio.run(main())


def test_a_task_that_has_ended_is_waited_for_no_more() -> None:
    async def work(done: asyncio.Event) -> None:
        done.set()

    async def main() -> None:
        async with background_tasks() as spawn:
            done = asyncio.Event()
            spawn(work(done))
            await done.wait()

    asyncio.run(main())


def test_an_error_of_a_task_ends_the_block() -> None:
    async def work() -> None:
        raise LookupError("gone")

    async def main() -> None:
        async with background_tasks() as spawn:
            spawn(work())
            await asyncio.Event().wait()

    with pytest.RaisesGroup(LookupError):
        asyncio.run(main())
