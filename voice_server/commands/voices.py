"""`voice-server voices`: who can speak."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from voice_server.commands.shared.chosen_server import chosen_config
from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import ServerChoice, json_option
from voice_server.commands.shared.terminal import print_note
from voice_server.core.types import Voice
from voice_server.errors import BackendDown

if TYPE_CHECKING:
    from voice_server.config import Config


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
    shown = [voice for voice in found if speaks(voice, lang) and backend in (None, voice.backend)]
    if backend is not None and not any(voice.backend == backend for voice in found):
        raise BackendDown(errors[0])
    for error in errors:
        print_note(error)
    for voice in shown:
        click.echo(json.dumps(dataclasses.asdict(voice)) if as_json else line_of(voice))
    if not as_json:
        print_note(f"{len(shown)} voices")


async def voices_of(config: Config) -> tuple[Sequence[Voice], list[str]]:
    """Return the voices of all backends, and a sentence for each backend that does not run."""
    from voice_server.serving.composition import open_service  # noqa: PLC0415

    async with open_service(config) as service:
        down = [
            f"{name}: {each.error or f'still starting; its voices: voice-server voices --backend {name}'}"
            for name, each in service.backends().items()
            if each.ready is None
        ]
        return service.voices(), down


def speaks(voice: Voice, language: str | None) -> bool:
    """Say whether a voice speaks a language; `en` means every English."""
    wanted, spoken = (language or "").lower(), voice.language.lower()
    return not wanted or spoken == wanted or spoken.startswith(f"{wanted}-")


def line_of(voice: Voice) -> str:
    """Return a voice as a line of a table."""
    return f"{voice.id:<24} {voice.language:<12} {voice.gender or '–':<8} {voice.backend:<12} {voice.name}"
