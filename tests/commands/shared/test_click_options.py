from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import (
    ServerChoice,
    SpeakerChoice,
    server_options,
    speaker_options,
)


@pytest.mark.parametrize(("voice", "sent"), [("af_heart", "af_heart"), ("7", 7), (None, None)])
def test_a_voice_that_is_a_number_goes_out_as_one(voice: str | None, sent: str | int | None) -> None:
    assert SpeakerChoice(voice).connect_arguments() == {"voice": sent, "lang": None, "opts": None}


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


@pytest.mark.parametrize(("url", "sent"), [("ws://host", "kokoro"), (None, None)])
def test_the_backend_is_named_to_a_server_that_runs_already(url: str | None, sent: str | None) -> None:
    choice = ServerChoice(url, backend="kokoro", token="secret")
    assert choice.connect_arguments() == {"token": "secret", "backend": sent}


def test_the_token_of_the_environment_is_only_for_a_server_at_an_address() -> None:
    got: list[object] = []

    @click.command(cls=CliCommand)
    @server_options
    def command(server: ServerChoice) -> None:
        got.append(server.token)

    for arguments in ([], ["--url", "ws://host"]):
        result = CliRunner().invoke(command, arguments, env={"VOICE_SERVER_TOKEN": "secret"})
        assert result.exit_code == 0
    assert got == [None, "secret"]
