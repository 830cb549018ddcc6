from __future__ import annotations

from typing import get_args

import click
import pytest
from click.testing import CliRunner

from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import (
    FiniteRange,
    ServerChoice,
    SpeakerChoice,
    encoding_option,
    reading_options,
    server_options,
    speaker_options,
)
from voice_server.core.text.filtering.text_filter import CodePolicy
from voice_server.core.text.speakable.citations import CitationPolicy
from voice_server.core.text.speakable.pictures import EmojiPolicy


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


def test_what_is_said_of_a_text_goes_out_as_the_protocol_s_keys_where_it_was_asked() -> None:
    got: list[SpeakerChoice] = []

    @click.command(cls=CliCommand)
    @speaker_options
    def command(speaker: SpeakerChoice) -> None:
        got.append(speaker)

    line = "--normalize dates,times --code skip --emoji say --citations say"
    for arguments in ([], line.split(), ["--normalize", "off"]):
        assert CliRunner().invoke(command, arguments).exit_code == 0
    assert [speaker.reading for speaker in got] == [
        {},
        {"normalize": ["dates", "times"], "code": "skip", "emoji": "say", "citations": "say"},
        {"normalize": False},
    ]
    assert got[1].reading.items() <= got[1].connect_arguments().items()


def test_the_words_that_may_be_said_are_those_of_the_rules() -> None:
    @click.command(cls=CliCommand)
    @reading_options
    def command() -> None: ...

    choices = {
        option.name: tuple(option.type.choices)
        for option in command.params
        if isinstance(option.type, click.Choice)
    }
    policies = {"code": CodePolicy, "emoji": EmojiPolicy, "citations": CitationPolicy}
    assert choices == {name: get_args(policy) for name, policy in policies.items()}


def test_a_kind_that_there_is_not_is_one_sentence_with_those_there_are() -> None:
    @click.command(cls=CliCommand)
    @reading_options
    def command() -> None: ...

    result = CliRunner().invoke(command, ["--normalize", "money"])
    assert result.exit_code == 2
    assert "abbreviations, addresses, amounts" in result.output


@pytest.mark.parametrize("encoding", ["foo", "base64", ""])
def test_an_encoding_that_does_not_exist_is_an_error_although_nothing_is_decoded(encoding: str) -> None:
    @click.command(cls=CliCommand)
    @encoding_option
    def command(encoding: str | None) -> None:
        click.echo(encoding)

    assert CliRunner().invoke(command, ["--encoding", "cp1252"]).output == "cp1252\n"
    result = CliRunner().invoke(command, ["--encoding", encoding])
    assert result.exit_code == 2
    assert result.output.startswith(f"error: there is no encoding {encoding!r}; there are utf-8, utf-16, ")


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "0", "x"])
def test_a_number_must_be_finite_and_in_its_range(number: str) -> None:
    @click.command(cls=CliCommand)
    @click.option("--rate", type=FiniteRange(min=0, min_open=True))
    def command(rate: float) -> None:
        click.echo(rate)

    assert CliRunner().invoke(command, ["--rate=1.5"]).output == "1.5\n"
    result = CliRunner().invoke(command, [f"--rate={number}"])
    assert result.exit_code == 2
    assert result.output.startswith("error: invalid value for '--rate': ")
