"""What a person at the terminal is told beside a command's output."""

from __future__ import annotations

import click


def print_note(message: str) -> None:
    """Write a note to standard error, dimmed where that is a terminal."""
    click.echo(click.style(message, dim=True), err=True)
