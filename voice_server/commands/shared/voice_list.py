"""The voices of a configuration, and how a voice is shown."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from voice_server.commands.shared.terminal import styled
from voice_server.core.types import ANY_LANGUAGE, JsonObject

if TYPE_CHECKING:
    from voice_server.config import Config

_COLUMNS = ("number", "id", "language", "gender", "backend", "name")


@dataclass(frozen=True, slots=True)
class ConfiguredVoices:
    """The voices of all backends that run, as fields with `number`, and a sentence for each other backend.

    A number counts the voices of its backend from 1. `not_set_up` names those that were never set up;
    `left_out` are sentences about languages that the set-up of a backend left out.
    """

    voices: Sequence[JsonObject]
    down: Mapping[str, str]
    not_set_up: frozenset[str]
    left_out: Sequence[str] = ()


async def voices_of(config: Config) -> ConfiguredVoices:
    """Start the backends and return their voices."""
    from voice_server.pool.worker_pool import BackendState  # noqa: PLC0415 - as below
    from voice_server.serving.composition import open_service  # noqa: PLC0415 - loads the server

    async with open_service(config) as service:
        statuses = service.backends()
        return ConfiguredVoices(
            [
                {"number": number, **asdict(voice)}
                for name in service.backend_names
                for number, voice in service.numbered_voices(name)
            ],
            {
                name: each.error or f"still starting; its voices: voice-server voices --backend {name}"
                for name, each in statuses.items()
                if each.ready is None
            },
            frozenset(name for name, each in statuses.items() if each.state is BackendState.NOT_SET_UP),
            [
                f"{name}: {sentence}"
                for name, each in statuses.items()
                if each.ready is not None
                for sentence in each.ready.capabilities.left_out.values()
            ],
        )


def speaks(voice: Mapping[str, object], language: str | None) -> bool:
    """Return whether a voice, given by its fields, speaks a language; `en` means every English, None any."""
    wanted, spoken = (language or "").lower(), str(voice["language"]).lower()
    return not wanted or spoken == wanted or spoken.startswith(f"{wanted}-")


def voice_table(voices: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Yield voices, given by their fields, as rows for people; a terminal gets a head above them.

    The number and the id are what `--voice` takes, a number with the backend of the row.
    """
    rows = [[str(voice[column] or "–") for column in _COLUMNS] for voice in voices]
    if rows and sys.stdout.isatty():
        rows.insert(0, list(_COLUMNS))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        number, voice_id, *others = (
            f"{cell:>{width}}" if place == 0 else f"{cell:<{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        is_head = row == list(_COLUMNS)
        if is_head:
            yield styled("  ".join((number, voice_id, *others)).rstrip(), bold=True)
        else:
            yield f"{styled(number, dim=True)}  {styled(voice_id, fg='cyan')}  {'  '.join(others)}".rstrip()


def counted(voices: Sequence[Mapping[str, object]]) -> str:
    """Return how many voices and languages these are, and of which backends: "4 voices in 3 languages".

    A language counts as often as it has tags, as it does in `GET /languages` and in the documents.
    """
    languages = {str(voice["language"]) for voice in voices} - {"", ANY_LANGUAGE}
    backends = Counter(str(voice["backend"]) for voice in voices)
    sentence = f"{_plural(len(voices), 'voice')} in {_plural(len(languages), 'language')}"
    shares = ", ".join(f"{name} {count}" for name, count in backends.items())
    return f"{sentence}: {shares}" if len(backends) > 1 else sentence


def _plural(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"
