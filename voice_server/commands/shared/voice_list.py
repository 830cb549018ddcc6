"""The voices of a configuration, and how a voice is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from voice_server.core.types import ANY_LANGUAGE, JsonObject

if TYPE_CHECKING:
    from voice_server.config import Config


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


def voice_row(voice: Mapping[str, object]) -> str:
    """Return a voice, given by its fields, as a row of a table for people."""
    gender = voice["gender"] or "–"
    return (
        f"{voice['number']:>5} {voice['id']:<24} {voice['language']:<12} {gender:<8} "
        f"{voice['backend']:<12} {voice['name']}"
    )


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
