"""Messages to the person at the terminal, on standard error, beside a command's output."""

from __future__ import annotations

import os
from typing import Any

import click

from voice_server.commands.shared.program_name import as_typed


def styled(text: str, **style: Any) -> str:
    """Return `text` in a style of `click.style`, which `click.echo` leaves out where it is no terminal.

    Nothing is styled where NO_COLOR is set (no-color.org), or where the terminal knows no styles.
    """
    is_plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return text if is_plain else click.style(text, **style)


def print_note(message: str) -> None:
    """Write a note, dimmed where standard error is a terminal."""
    _print(message, dim=True)


def print_warning(message: str) -> None:
    """Write a warning, yellow where standard error is a terminal."""
    _print(message, fg="yellow")


def print_error(message: str) -> None:
    """Write an error after which the command goes on, red where standard error is a terminal."""
    _print(message, fg="red")


def _print(message: str, **style: Any) -> None:
    click.echo(styled(as_typed(message), **style), err=True)
