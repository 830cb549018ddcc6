"""When a backend counts as idle: on a clock that jumps."""

from __future__ import annotations

import asyncio

from tests import virtual_time
from voice_server.pool.idle_watch import IdleWatch


class Unloads:
    """Notes when it is called, and is busy as often as it is told."""

    def __init__(self, busy: int = 0) -> None:
        self.at: list[float] = []
        self._busy = busy

    def __call__(self) -> bool:
        self.at.append(asyncio.get_running_loop().time() - 1000.0)
        return len(self.at) > self._busy


def test_every_use_begins_the_time_anew() -> None:
    async def main() -> None:
        unloads = Unloads()
        watch = IdleWatch(10.0, unloads)
        for _ in range(3):
            watch.used()
            await asyncio.sleep(6)
        await asyncio.sleep(100)
        assert unloads.at == [22.0]
        watch.used()
        await asyncio.sleep(100)
        assert unloads.at == [22.0, 128.0]

    virtual_time.run(main())


def test_what_could_not_be_unloaded_is_tried_again_after_as_long() -> None:
    async def main() -> None:
        unloads = Unloads(busy=2)
        watch = IdleWatch(10.0, unloads)
        watch.used()
        await asyncio.sleep(100)
        assert unloads.at == [10.0, 20.0, 30.0]

    virtual_time.run(main())


def test_without_a_limit_nothing_is_ever_unloaded_nor_after_the_end() -> None:
    async def main() -> None:
        unloads = Unloads()
        for watch in (IdleWatch(None, unloads), ended := IdleWatch(10.0, unloads)):
            watch.used()
        ended.close()
        ended.used()
        await asyncio.sleep(100)
        assert unloads.at == []

    virtual_time.run(main())
