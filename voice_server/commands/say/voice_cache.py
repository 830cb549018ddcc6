"""The voices of the last list, kept in a file for the shell's completion, which must not start a server."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice_server.home.home_folders import home_folders

if TYPE_CHECKING:
    import click

_MIX = "mix"


def store(voices: list[dict[str, Any]], mixes: Iterable[str] | None = None) -> list[str]:
    """Keep a list of voices; return the names that the last list did not have, none where there was no list.

    Without `mixes` those of the last list stay. Where the file cannot be written there is no completion.
    """
    known = _cached_voices()
    entries = [{key: voice[key] for key in ("id", "language", "name")} for voice in voices]
    if mixes is None:
        entries += [voice for voice in known if voice.get("kind") == _MIX]
    else:
        entries += [{"id": name, "language": "", "name": name, "kind": _MIX} for name in mixes]
    _write(entries)
    known_names = {voice["id"] for voice in known}
    names = dict.fromkeys(voice["id"] for voice in entries) if known else {}
    return [name for name in names if name not in known_names]


def complete_voice(_context: click.Context, _option: click.Parameter, prefix: str) -> list[str]:
    """The voices whose name begins with `prefix`."""
    return sorted({voice["id"] for voice in _cached_voices() if voice["id"].startswith(prefix)})


def complete_language(_context: click.Context, _option: click.Parameter, prefix: str) -> list[str]:
    """The languages whose tag begins with `prefix`."""
    languages = {voice["language"] for voice in _cached_voices() if voice["language"]}
    return sorted(language for language in languages if language.startswith(prefix))


def _cache_path() -> Path:
    return home_folders().cache / "voices.json"


def _cached_voices() -> list[dict[str, str]]:
    try:
        cached: list[dict[str, str]] = json.loads(_cache_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return cached


def _write(entries: list[dict[str, str]]) -> None:
    path = _cache_path()
    partial = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(entries), encoding="utf-8")
        partial.replace(path)
    except OSError:
        return
