from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner

from voice_server.commands.shared import program_name
from voice_server.commands.shared.terminal import print_error, print_note, print_warning, styled


@pytest.mark.parametrize(
    ("write", "style"), [(print_note, "\x1b[2m"), (print_warning, "\x1b[33m"), (print_error, "\x1b[31m")]
)
def test_messages_go_to_standard_error_styled_where_that_is_a_terminal(
    monkeypatch: pytest.MonkeyPatch, write: Callable[[str], None], style: str
) -> None:
    @click.command()
    def command() -> None:
        write("a message")

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    plain, colored = (CliRunner().invoke(command, color=color) for color in (False, True))
    assert (plain.stdout, plain.stderr) == ("", "a message\n")
    assert colored.stderr == f"{style}a message\x1b[0m\n"


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_there_are_no_styles_where_nobody_wants_or_sees_them(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert styled("a", fg="red") == "\x1b[31ma\x1b[0m"
    monkeypatch.setenv(variable, value)
    assert styled("a", fg="red") == "a"


def test_an_empty_no_color_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.setenv("TERM", "xterm")
    assert styled("a", fg="red") == "\x1b[31ma\x1b[0m"


def test_a_command_in_a_message_is_told_as_it_is_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program_name, "_typed_name", lambda: "uvx voice-server")
    print_error("run: voice-server setup piper")
    assert capsys.readouterr().err == "run: uvx voice-server setup piper\n"
