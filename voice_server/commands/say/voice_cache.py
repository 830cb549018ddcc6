"""The voices of the last list, kept for the shell's completion, which must not start a server to ask."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice_server.commands.shared.local_server import APP_NAME

if TYPE_CHECKING:
    import click


_MIX = "mix"


def _file() -> Path:
    import platformdirs  # noqa: PLC0415 - only for completion and lists

    return platformdirs.user_cache_path(APP_NAME, appauthor=False) / "voices.json"


def store(voices: list[dict[str, Any]], mixes: Iterable[str] | None = None) -> list[str]:
    """Keep a list of voices; return the names that the last list did not have, none where there was no list.

    Mixes that are not given stay. Where nothing can be kept there is no completion, which harms nobody.
    """
    file = _file()
    part = file.with_suffix(".part")
    known = _voices()
    kept = [{key: voice[key] for key in ("id", "language", "name")} for voice in voices]
    if mixes is None:
        kept += [voice for voice in known if voice.get("kind") == _MIX]
    else:
        kept += [{"id": name, "language": "", "name": name, "kind": _MIX} for name in mixes]
    names = dict.fromkeys(voice["id"] for voice in kept) if known else {}
    _write(file, part, kept)
    return [name for name in names if name not in {voice["id"] for voice in known}]


def _write(file: Path, part: Path, kept: list[dict[str, str]]) -> None:
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
    spoken = {voice["language"] for voice in _voices() if voice["language"]}
    return sorted(language for language in spoken if language.startswith(typed))
