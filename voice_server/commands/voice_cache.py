"""The voices of the last list, kept for the shell's completion, which must not start a server to ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice_server.local_server import APP_NAME

if TYPE_CHECKING:
    import click


def _file() -> Path:
    import platformdirs  # noqa: PLC0415 - only for completion and lists

    return platformdirs.user_cache_path(APP_NAME, appauthor=False) / "voices.json"


def store(voices: list[dict[str, Any]]) -> None:
    """Keep a list of voices; where that cannot be, there is no completion, which harms nobody."""
    file = _file()
    part = file.with_suffix(".part")
    kept = [{key: voice[key] for key in ("id", "language", "name")} for voice in voices]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(kept), encoding="utf-8")
        part.replace(file)
    except OSError:
        return


def _voices() -> list[dict[str, str]]:
    try:
        found: list[dict[str, str]] = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return found


def complete_voice(_context: click.Context, _option: click.Parameter, typed: str) -> list[str]:
    """The voices that begin so."""
    return sorted({voice["id"] for voice in _voices() if voice["id"].startswith(typed)})


def complete_language(_context: click.Context, _option: click.Parameter, typed: str) -> list[str]:
    """The languages that begin so."""
    return sorted({voice["language"] for voice in _voices() if voice["language"].startswith(typed)})
