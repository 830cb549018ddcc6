"""The event loop that everything here runs on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from voice_server.process.termination import handing_over, raise_received_signal

_T = TypeVar("_T")


def run(main: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine on the fastest event loop there is; a signal that ends the program cancels it first."""
    try:
        with asyncio.Runner(loop_factory=_fastest_loop()) as runner:
            result = runner.run(_cancelled_by_signals(main))
    except BaseException:
        raise_received_signal()  # whatever the cancellation has led to
        raise
    finally:
        main.close()  # a signal may come before it has begun
    raise_received_signal()
    return result


def _fastest_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _cancelled_by_signals(main: Coroutine[Any, Any, _T]) -> _T:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def cancel() -> None:
        loop.set_exception_handler(lambda *_: None)  # what breaks on the way out is no news
        task.cancel()

    with handing_over(lambda: loop.call_soon_threadsafe(cancel)):
        return await main
