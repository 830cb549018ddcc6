from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner

from voice_server.commands.shared.terminal import print_error, print_note, print_warning


@pytest.mark.parametrize(
    ("write", "style"), [(print_note, "\x1b[2m"), (print_warning, "\x1b[33m"), (print_error, "\x1b[31m")]
)
def test_messages_go_to_standard_error_styled_where_that_is_a_terminal(
    write: Callable[[str], None], style: str
) -> None:
    @click.command()
    def command() -> None:
        write("a message")

    plain, colored = (CliRunner().invoke(command, color=color) for color in (False, True))
    assert (plain.stdout, plain.stderr) == ("", "a message\n")
    assert colored.stderr == f"{style}a message\x1b[0m\n"
