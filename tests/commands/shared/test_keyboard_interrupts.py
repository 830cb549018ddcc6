"""Ctrl-C in the middle of a request and between two prompts; the prompts themselves are in tests/e2e."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from voice_server.commands.shared.keyboard_interrupts import deferred_interrupt, interrupt_event


def interrupt(times: int = 1) -> None:
    for _ in range(times):
        os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_during_a_request_is_served_after_the_response() -> None:
    happened: list[str] = []
    with deferred_interrupt(lambda: happened.append("stopped")):
        interrupt()
        happened.append("accepted")
    assert happened == ["accepted", "stopped"]


def test_a_request_without_ctrl_c_is_not_stopped() -> None:
    happened: list[str] = []
    with deferred_interrupt(lambda: happened.append("stopped")):
        happened.append("accepted")
    assert happened == ["accepted"]


def test_the_second_ctrl_c_does_not_wait_for_the_response() -> None:
    with pytest.raises(KeyboardInterrupt), deferred_interrupt(pytest.fail):
        interrupt(times=2)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_between_two_prompts_sets_the_event_each_time() -> None:
    async def main() -> int:
        served = 0
        with interrupt_event() as interrupted:
            for _ in range(2):
                interrupt()
                await interrupted.wait()
                interrupted.clear()
                served += 1
        return served

    assert asyncio.run(main()) == 2


def test_ctrl_c_before_the_last_one_was_served_ends_the_program() -> None:
    async def main() -> None:
        with interrupt_event() as interrupted:
            interrupt()
            await interrupted.wait()
            interrupt()
            await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
