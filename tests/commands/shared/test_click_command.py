from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from voice_server.commands.shared.click_command import CliCommand
from voice_server.errors import BackendDown, ConfigError, UnknownName, VoiceServerError


def outcome_of(act: Callable[[], object]) -> Result:
    @click.command(cls=CliCommand)
    def command() -> None:
        act()

    return CliRunner().invoke(command)


def raises(error: BaseException) -> Callable[[], object]:
    def act() -> None:
        raise error

    return act


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("a key is wrong"), 2),
        (UnknownName("voice", "x", ["y"]), 2),
        (BackendDown("it is down"), 1),
        (VoiceServerError("it failed"), 1),
    ],
)
def test_an_error_is_one_sentence_and_an_exit_code(error: VoiceServerError, code: int) -> None:
    result = outcome_of(raises(error))
    assert (result.exit_code, result.stderr) == (code, f"error: {error.message}\n")


def test_an_error_inside_task_groups_is_one_sentence_too() -> None:
    group = BaseExceptionGroup("outer", [BaseExceptionGroup("inner", [BackendDown("it is down")])])
    assert outcome_of(raises(group)).stderr == "error: it is down\n"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), BaseExceptionGroup("g", [KeyboardInterrupt()])])
def test_ctrl_c_ends_quietly(error: BaseException) -> None:
    result = outcome_of(raises(error))
    assert (result.exit_code, result.stderr) == (130, "")


@pytest.mark.parametrize("error", [ZeroDivisionError(), ExceptionGroup("g", [ZeroDivisionError()])])
def test_an_unexpected_exception_is_not_caught(error: Exception) -> None:
    assert outcome_of(raises(error)).exception is error
