"""`voice-server voices`: lists the voices of the backends."""

from __future__ import annotations

import dataclasses
import json

import click

from voice_server.commands.shared.chosen_server import chosen_config
from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import ServerChoice, json_option
from voice_server.commands.shared.terminal import print_note
from voice_server.commands.shared.voice_list import speaks, voice_row, voices_of
from voice_server.errors import BackendDown


@click.command(cls=CliCommand)
@click.option("--config", metavar="FILE", help="The backends.yaml to use.")
@click.option("--backend", metavar="NAME", help="Only this backend's voices.")
@click.option("--language", "--lang", "lang", metavar="TAG",
              help="Only voices of this language, for example en or en-gb.")  # fmt: skip
@json_option
def voices(*, config: str | None, backend: str | None, lang: str | None, as_json: bool) -> None:
    """List the voices of the backends, with their languages."""
    from voice_server.config import load_config  # noqa: PLC0415 - not needed for --help
    from voice_server.serving.event_loop import run  # noqa: PLC0415

    choice = ServerChoice(config=config, backend=backend)
    loaded = load_config(config) if backend is None else chosen_config(choice)
    found, errors = run(voices_of(loaded))
    chosen = [voice for voice in found if speaks(voice, lang) and backend in (None, voice.backend)]
    if backend is not None and not any(voice.backend == backend for voice in found):
        raise BackendDown(errors[0])
    for error in errors:
        print_note(error)
    for voice in map(dataclasses.asdict, chosen):
        click.echo(json.dumps(voice) if as_json else voice_row(voice))
    if not as_json:
        print_note(f"{len(chosen)} voices")
