from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import (
    ServerChoice,
    SpeakerChoice,
    option_of,
    server_options,
    speaker_options,
)
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


def test_an_error_inside_task_groups_is_told_the_same() -> None:
    group = BaseExceptionGroup("outer", [BaseExceptionGroup("inner", [BackendDown("it is down")])])
    assert outcome_of(raises(group)).stderr == "error: it is down\n"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), BaseExceptionGroup("g", [KeyboardInterrupt()])])
def test_ctrl_c_ends_quietly(error: BaseException) -> None:
    result = outcome_of(raises(error))
    assert (result.exit_code, result.stderr) == (130, "")


@pytest.mark.parametrize("error", [ZeroDivisionError(), ExceptionGroup("g", [ZeroDivisionError()])])
def test_a_mistake_of_ours_is_not_hidden(error: Exception) -> None:
    assert outcome_of(raises(error)).exception is error


@pytest.mark.parametrize(
    ("pair", "option"),
    [
        ("speed=1.2", ("speed", 1.2)),
        ("n=3", ("n", 3)),
        ("ssml=true", ("ssml", True)),
        ("style=calm", ("style", "calm")),
        ("x=null", ("x", "null")),
        ("x=[1]", ("x", "[1]")),
        ("x=a=b", ("x", "a=b")),
        ("x=", ("x", "")),
    ],
)
def test_options_are_typed_by_how_they_look(pair: str, option: tuple[str, object]) -> None:
    got = option_of(pair)
    assert got == option
    assert type(got[1]) is type(option[1])


@pytest.mark.parametrize("pair", ["speed", "=1", ""])
def test_an_option_without_a_name_or_value_is_an_error_with_an_example(pair: str) -> None:
    with pytest.raises(ConfigError, match="KEY=VALUE, for example speed"):
        option_of(pair)


@pytest.mark.parametrize(("voice", "wire"), [("af_heart", "af_heart"), ("7", 7), (None, None)])
def test_a_voice_that_is_a_number_goes_out_as_one(voice: str | None, wire: str | int | None) -> None:
    assert SpeakerChoice(voice).wire() == {"voice": wire, "lang": None, "opts": None}


def test_the_shared_options_arrive_as_two_choices() -> None:
    got: list[object] = []

    @click.command(cls=CliCommand)
    @server_options
    @speaker_options
    @click.option("--own")
    def command(**given: object) -> None:
        got.append(given)

    line = "--url u --backend b --pool-size 2 --voice v --lang l --speed 1.5 --opt a=1 --opt b=x --own o"
    assert CliRunner().invoke(command, line.split()).exit_code == 0
    assert got == [
        {
            "server": ServerChoice("u", None, "b", 2),
            "speaker": SpeakerChoice("v", "l", {"a": 1, "b": "x", "speed": 1.5}),
            "own": "o",
        }
    ]
