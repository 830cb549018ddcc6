"""Ctrl-C in the middle of a request; the prompt itself is in tests/e2e."""

from __future__ import annotations

import os
import signal

import pytest

from voice_server.commands.say.interactive import interruption


def interrupt(times: int = 1) -> None:
    for _ in range(times):
        os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_during_a_request_silences_what_was_asked_for_when_that_is_known() -> None:
    happened: list[str] = []
    with interruption(lambda: happened.append("stopped")):
        interrupt()
        happened.append("accepted")
    assert happened == ["accepted", "stopped"]


def test_a_request_without_ctrl_c_is_left_alone() -> None:
    happened: list[str] = []
    with interruption(lambda: happened.append("stopped")):
        happened.append("accepted")
    assert happened == ["accepted"]


def test_the_second_ctrl_c_does_not_wait_for_the_answer() -> None:
    with pytest.raises(KeyboardInterrupt), interruption(pytest.fail):
        interrupt(times=2)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
