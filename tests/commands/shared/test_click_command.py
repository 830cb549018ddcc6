from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from voice_server.cli import cli
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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-5", "-5"),
        ("-5 degrees outside", "'-5 degrees outside'"),
        ("- a bullet line", "'- a bullet line'"),
        ("--- a line", "'--- a line'"),
        ("-5 " + "degrees " * 20, "'-5 degrees degrees degrees degrees degre …'"),
    ],
)
@pytest.mark.parametrize("name", ["speak", "say", "stream-tokens", "split", "bench"])
def test_a_text_that_begins_with_a_dash_is_told_how_it_can_be_given(name: str, text: str, shown: str) -> None:
    result = CliRunner().invoke(cli, [name, text])
    assert result.exit_code == 2
    assert f"a text that begins with a dash is given as --text={shown}, or after --" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["speak", "--voise", "x"], ["serve", "--nothing-like-it"]])
def test_a_misspelt_option_is_not_taken_for_a_text(arguments: list[str]) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert "dash" not in result.stderr


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


def test_every_option_of_every_command_is_a_variable_unless_it_is_an_action_of_one_call() -> None:
    without = set()
    for name in cli.list_commands(click.Context(cli)):
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        for option in command.params:
            if not isinstance(option, click.Option):
                continue
            variable = "VOICE_SERVER_" + option.opts[0].lstrip("-").replace("-", "_").upper()
            if variable not in (option.envvar or ()):
                without.add(f"{name} {option.opts[0]}")
    actions = (
        "list update-voices playing pause resume skip stop devices kill "
        "text output interactive volume device all"
    )
    # VOICE_SERVER_DEVICE is a sound device, that of a set-up a processor.
    assert without == {f"say --{each}" for each in actions.split()} | {"setup --device"}


@pytest.mark.parametrize("variable", ["VOICE_SERVER_POOL_SIZE", "OLD_NAME"])
def test_a_variable_has_the_value_of_an_option(variable: str) -> None:
    @click.command(cls=CliCommand)
    @click.option("--pool-size", "renamed", type=int, envvar="OLD_NAME")
    def command(renamed: int) -> None:
        click.echo(renamed)

    assert CliRunner().invoke(command, env={variable: "3"}).output == "3\n"
    assert CliRunner().invoke(command, ["--pool-size", "4"], env={variable: "3"}).output == "4\n"
