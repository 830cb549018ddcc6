"""`voice-server init`: a configuration of the user's own, and the folder for recordings."""

from __future__ import annotations

from pathlib import Path

import click

from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import home_option
from voice_server.errors import NoStorage


@click.command(cls=CliCommand)
@home_option
def init() -> None:
    """Write a backends.yaml to change, with a comment for every key, where this user's files lie.

    A file that is there already is left as it is. `voice-server doctor` lists all folders.
    """
    from voice_server.home.home_folders import home_folders  # noqa: PLC0415 - not for `--help`
    from voice_server.home.shipped_files import CONFIGURATION, shipped_folder  # noqa: PLC0415

    folders = home_folders()
    content = (shipped_folder() / CONFIGURATION).read_bytes()
    try:
        for folder in (folders.samples, folders.configuration.parent):
            folder.mkdir(parents=True, exist_ok=True)
        is_new = _write_new(folders.configuration, content)
    except OSError as error:
        raise NoStorage(f"cannot write {str(error.filename)!r}", error) from None
    left = "" if is_new else " (it was there already, and is as it was)"
    click.echo(f"your configuration: {folders.configuration}{left}")
    click.echo(f"recordings to clone voices from: {folders.samples}")


def _write_new(file: Path, content: bytes) -> bool:
    """Write a file unless it is there; whether it was written. Raises OSError."""
    try:
        with file.open("xb") as new:
            new.write(content)
    except FileExistsError:
        return False
    return True
