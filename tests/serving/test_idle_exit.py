from __future__ import annotations

import asyncio

from tests.virtual_time import run
from voice_server.config import Limits
from voice_server.endpoints.connection_count import ConnectionCount
from voice_server.serving.idle_exit import until_idle


def now() -> float:
    return asyncio.get_running_loop().time()


def no_connections() -> ConnectionCount:
    return ConnectionCount(Limits(), lambda: False, now)


def test_a_server_that_nobody_uses_is_idle_after_the_limit() -> None:
    async def main() -> None:
        began = now()
        await until_idle(60.0, no_connections().idle_s, lambda: False)
        assert 60.0 <= now() - began <= 66.0

    run(main())


def test_a_connection_that_is_open_is_use_and_so_is_one_that_has_just_ended() -> None:
    async def main() -> None:
        connections = no_connections()
        began = now()
        waiting = asyncio.ensure_future(until_idle(60.0, connections.idle_s, lambda: False))
        await asyncio.sleep(50)
        with connections.one_from("127.0.0.1"):
            await asyncio.sleep(100)
        await waiting
        assert 210.0 <= now() - began <= 217.0

    run(main())


def test_what_is_heard_after_its_client_has_gone_is_use_too() -> None:
    async def main() -> None:
        began = now()
        await until_idle(60.0, no_connections().idle_s, lambda: now() - began < 200)
        assert 255.0 <= now() - began <= 270.0

    run(main())
