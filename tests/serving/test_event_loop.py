"""One way to run a coroutine, on uvloop where there is one."""

from __future__ import annotations

import asyncio
import sys

import pytest
import uvloop

from voice_server.serving.event_loop import run


async def loop_in_use() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_the_loop_is_uvloop_where_there_is_one() -> None:
    assert isinstance(run(loop_in_use()), uvloop.Loop)


def test_without_uvloop_it_is_asyncio_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert not isinstance(run(loop_in_use()), uvloop.Loop)


def test_an_error_reaches_the_caller_and_the_loop_is_closed() -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    async def fail() -> None:
        loops.append(asyncio.get_running_loop())
        raise ValueError("it broke")

    with pytest.raises(ValueError, match="it broke"):
        run(fail())
    assert loops[0].is_closed()
