"""Messages to the person at the terminal, on standard error, beside a command's output."""

from __future__ import annotations

import click


def print_note(message: str) -> None:
    """Write a note, dimmed where standard error is a terminal."""
    click.echo(click.style(message, dim=True), err=True)


def print_warning(message: str) -> None:
    """Write a warning, yellow where standard error is a terminal."""
    click.echo(click.style(message, fg="yellow"), err=True)


def print_error(message: str) -> None:
    """Write an error after which the command goes on, red where standard error is a terminal."""
    click.echo(click.style(message, fg="red"), err=True)
