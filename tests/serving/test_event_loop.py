"""One way to run a coroutine, on uvloop where there is one."""

from __future__ import annotations

import asyncio
import subprocess
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


SIGNALLED = """
import asyncio, signal
from voice_server.process.termination import end_on_signals
from voice_server.serving.event_loop import run

async def child():
    try:
        await asyncio.sleep(60)
    finally:
        raise ValueError("what breaks on the way out is no news")

async def main():
    asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGTERM)
    task = asyncio.create_task(child())
    try:
        await asyncio.sleep(60)
    finally:
        await asyncio.sleep(0)
        print("in good order")

end_on_signals()
run(main())
"""


def test_a_signal_cancels_what_runs_and_ends_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SIGNALLED], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, done.stdout, done.stderr) == (143, "in good order\n", "")


def test_an_error_reaches_the_caller_and_the_loop_is_closed() -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    async def fail() -> None:
        loops.append(asyncio.get_running_loop())
        raise ValueError("it broke")

    with pytest.raises(ValueError, match="it broke"):
        run(fail())
    assert loops[0].is_closed()
