"""`voice-server voices`: lists the voices of the backends."""

from __future__ import annotations

import json

import click

from voice_server.commands.shared.chosen_server import chosen_config
from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import ServerChoice, home_option, json_option
from voice_server.commands.shared.natural_voice import default_backend_told
from voice_server.commands.shared.terminal import print_note
from voice_server.commands.shared.voice_list import counted, speaks, voice_table, voices_of
from voice_server.errors import BackendDown


@click.command(cls=CliCommand)
@click.option("--config", metavar="FILE", help="The backends.yaml to use.")
@home_option
@click.option("--backend", metavar="NAME", help="Only this backend's voices.")
@click.option("--language", "--lang", "lang", metavar="TAG",
              help="Only voices of this language, for example en or en-gb.")  # fmt: skip
@json_option
def voices(*, config: str | None, backend: str | None, lang: str | None, as_json: bool) -> None:
    """List the voices of the backends with their numbers and languages, and how many there are."""
    from voice_server.config import load_config  # noqa: PLC0415 - not needed for --help
    from voice_server.serving.event_loop import run  # noqa: PLC0415

    choice = ServerChoice(config=config, backend=backend)
    loaded = load_config(config) if backend is None else chosen_config(choice)
    configured = run(voices_of(loaded))
    if backend is not None and backend in configured.down:
        raise BackendDown(f"{backend}: {configured.down[backend]}")
    chosen = [each for each in configured.voices if speaks(each, lang) and backend in {None, each["backend"]}]
    for name in configured.down.keys() - configured.not_set_up:
        print_note(f"{name}: {configured.down[name]}")
    for line in map(json.dumps, chosen) if as_json else voice_table(chosen):
        click.echo(line)
    if not as_json:
        absent = f"; not set up: {', '.join(sorted(configured.not_set_up))}" if configured.not_set_up else ""
        print_note(counted(chosen) + absent)
        for sentence in configured.left_out:
            print_note(sentence)
        if told := default_backend_told(loaded):
            print_note(told)
