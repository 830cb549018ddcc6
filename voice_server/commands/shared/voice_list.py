"""The voices of a configuration, and how a voice is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from voice_server.core.types import Voice

if TYPE_CHECKING:
    from voice_server.config import Config


async def voices_of(config: Config) -> tuple[Sequence[Voice], list[str]]:
    """Return the voices of all backends, and a sentence for each backend that does not run."""
    from voice_server.serving.composition import open_service  # noqa: PLC0415 - loads the server

    async with open_service(config) as service:
        down = [
            f"{name}: {each.error or f'still starting; its voices: voice-server voices --backend {name}'}"
            for name, each in service.backends().items()
            if each.ready is None
        ]
        return service.voices(), down


def speaks(voice: Voice, language: str | None) -> bool:
    """Return whether a voice speaks a language; `en` means every English, None any language."""
    wanted, spoken = (language or "").lower(), voice.language.lower()
    return not wanted or spoken == wanted or spoken.startswith(f"{wanted}-")


def voice_row(voice: Mapping[str, object]) -> str:
    """Return a voice, given by its fields, as a row of a table for people."""
    gender = voice["gender"] or "–"
    return f"{voice['id']:<24} {voice['language']:<12} {gender:<8} {voice['backend']:<12} {voice['name']}"
