"""Whatever a plugin does in a call, others hear of it in time, and the server goes on."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from tests.plugins.plugging import SHORT_S, hanging, run
from voice_server.errors import PluginFault
from voice_server.plugins.isolation import PluginThread

LONG_S = 5.0


@contextmanager
def thread(limit_s: float = LONG_S) -> Iterator[PluginThread]:
    plugin = PluginThread("odd", limit_s)
    try:
        yield plugin
    finally:
        plugin.close()


async def fault_of(plugin: PluginThread, function: Callable[[], object]) -> str:
    with pytest.raises(PluginFault) as raised:
        await plugin.call(function)
    return raised.value.message


def test_calls_run_one_after_the_other_in_one_other_thread() -> None:
    running, most, threads = 0, 0, set()

    def call(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        threads.add(threading.current_thread())
        running -= 1
        return number

    async def main() -> None:
        with thread() as plugin:
            results = await asyncio.gather(*(plugin.call(partial(call, number)) for number in range(20)))
        assert results == list(range(20))
        assert most == 1
        assert len(threads) == 1
        assert threading.current_thread() not in threads

    run(main)


def test_one_that_raises_is_called_again_and_its_text_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        with thread() as plugin:
            assert await fault_of(plugin, partial(int, "secret words")) == "raised ValueError"
            assert await fault_of(plugin, partial(sys.exit, 3)) == "raised SystemExit"
            assert not plugin.is_off
            assert await plugin.call(lambda: 1) == 1

    with caplog.at_level(logging.INFO):
        run(main)
    assert [vars(record)["fault"] for record in caplog.records] == ["ValueError", "SystemExit"]
    assert vars(caplog.records[0])["plugin"] == "odd"
    assert "secret" not in str([vars(record) for record in caplog.records])


def test_its_traceback_is_logged_for_whoever_debugs(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        with thread() as plugin:
            await fault_of(plugin, partial(int, "words"))

    with caplog.at_level(logging.DEBUG, "voice_server.plugins"):
        run(main)
    assert "invalid literal" in caplog.text


def test_a_fault_keeps_its_sentence() -> None:
    def refuse() -> None:
        raise PluginFault("returned int and not str")

    async def main() -> None:
        with thread() as plugin:
            assert await fault_of(plugin, refuse) == "returned int and not str"

    run(main)


def test_one_that_hangs_is_switched_off_and_nobody_waits_for_it_again() -> None:
    async def main() -> None:
        with hanging() as hang, thread(SHORT_S) as plugin:
            told = await asyncio.gather(*(fault_of(plugin, hang) for _ in range(3)))
            off = "did not return within 0.05 s and is switched off until the server is started again"
            assert told == [off] * 3
            assert plugin.is_off
            assert await fault_of(plugin, lambda: 1) == off

    run(main)


def test_a_loop_without_an_end_does_not_take_the_interpreter_for_ever() -> None:
    threads: list[threading.Thread] = []

    def spin() -> None:
        threads.append(threading.current_thread())
        while True:
            pass

    async def main() -> None:
        with thread(SHORT_S) as plugin:
            assert "switched off" in await fault_of(plugin, spin)

    run(main)
    threads[0].join(LONG_S)
    assert not threads[0].is_alive()


def test_one_that_hangs_for_somebody_who_has_left_is_switched_off_too() -> None:
    async def main() -> None:
        with hanging() as hang, thread(SHORT_S) as plugin:
            gone = asyncio.create_task(plugin.call(hang))
            await hang.has_begun()
            gone.cancel()
            await asyncio.wait([gone])
            assert "switched off" in await fault_of(plugin, lambda: 1)

    run(main)


def test_a_cancel_waits_for_nothing_and_what_was_given_up_is_not_called() -> None:
    async def main() -> None:
        with hanging() as hang, thread() as plugin:
            begun = asyncio.create_task(plugin.call(hang))
            waiting = asyncio.create_task(plugin.call(partial(pytest.fail, "it was given up")))
            await hang.has_begun()
            for task in (begun, waiting):
                task.cancel()
            await asyncio.wait([begun, waiting], timeout=LONG_S / 2)
            assert begun.cancelled()
            assert waiting.cancelled()
            following = asyncio.create_task(plugin.call(lambda: 1))
            hang.release()
            assert await following == 1

    run(main)


def test_who_waits_for_others_as_long_as_a_call_may_take_goes_without_and_the_plugin_stays() -> None:
    now = 0.0

    async def main() -> None:
        nonlocal now
        with hanging() as first, hanging() as second:
            plugin = PluginThread("odd", SHORT_S, lambda: now)
            calls = [asyncio.create_task(plugin.call(each)) for each in (first, second, lambda: 1)]
            await first.has_begun()
            now = 0.8 * SHORT_S
            first.release()
            await second.has_begun()
            now = 1.2 * SHORT_S
            with pytest.raises(PluginFault, match=r"had no time for it within 0\.05 s"):
                await calls[2]
            second.release()
            assert await asyncio.gather(*calls[:2]) == [None, None]
            assert await plugin.call(lambda: 1) == 1
            plugin.close()

    run(main)


def test_a_thread_that_answers_a_closed_loop_ends() -> None:
    with hanging() as hang, thread() as plugin:

        async def main() -> None:
            begun = asyncio.create_task(plugin.call(hang))
            await hang.has_begun()
            begun.cancel()
            await asyncio.wait([begun])

        run(main)
