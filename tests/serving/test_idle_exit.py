from __future__ import annotations

import asyncio
from typing import Any

from tests.virtual_time import run
from voice_server.serving.idle_exit import ConnectionActivity, until_idle


class Application:
    """Takes as long for each request as it is told."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        await asyncio.sleep(scope["takes_s"])


async def ask(use: ConnectionActivity, takes_s: float) -> None:
    await use({"type": "http", "takes_s": takes_s}, None, None)  # type: ignore[arg-type]


def now() -> float:
    return asyncio.get_running_loop().time()


def test_a_server_that_nobody_uses_is_idle_after_the_limit() -> None:
    async def main() -> None:
        began = now()
        await until_idle(60.0, ConnectionActivity(Application()), lambda: False)
        assert 60.0 <= now() - began <= 66.0

    run(main())


def test_a_connection_that_is_open_is_use_and_so_is_one_that_has_just_ended() -> None:
    async def main() -> None:
        use = ConnectionActivity(Application())
        began = now()
        waiting = asyncio.ensure_future(until_idle(60.0, use, lambda: False))
        await asyncio.sleep(50)
        await ask(use, 100)
        assert use.idle_s() == 0
        await waiting
        assert 210.0 <= now() - began <= 217.0

    run(main())


def test_what_is_heard_after_its_client_has_gone_is_use_too() -> None:
    async def main() -> None:
        began = now()
        await until_idle(60.0, ConnectionActivity(Application()), lambda: now() - began < 200)
        assert 255.0 <= now() - began <= 270.0

    run(main())
