"""Keeps the voices that are recordings in step with the files in their folder.

A folder of many files is listed beside the event loop, and its voices follow some tenths of a second later.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from voice_server.core.types import ReadyBackend
from voice_server.worker.samples import sample_voices, skipped_samples, without_hidden_samples

_log = logging.getLogger(__name__)
_MANY_FILES = 500
"""More of them hold the event loop for longer than a listener may notice."""


class RecordingsWatch:
    """The folder of recordings of the backend `name`; None where it has none."""

    def __init__(
        self, name: str, folder: Path | None, spawn: Callable[[Coroutine[Any, Any, None]], object]
    ) -> None:
        self._name = name
        self._folder = folder
        self._spawn = spawn
        self._listed_at = 0
        self._listed: ReadyBackend | None = None
        self._is_listing = False

    def refresh(self, ready: ReadyBackend) -> ReadyBackend:
        """Return `ready` with a voice for each recording that is there now.

        The folder is only listed when it has changed; files that cannot be voices are logged then.
        """
        ready, self._listed = self._listed or ready, None
        folder = self._folder
        if folder is None or self._is_listing or (changed_at := _changed_at(folder)) == self._listed_at:
            return ready
        self._listed_at = changed_at
        if not _has_many_files(folder):
            return self._with_recordings(folder, ready)
        self._is_listing = True
        self._spawn(self._list_in_thread(folder, ready))
        return ready

    async def _list_in_thread(self, folder: Path, ready: ReadyBackend) -> None:
        try:
            self._listed = await asyncio.to_thread(self._with_recordings, folder, ready)
        finally:
            self._is_listing = False

    def _with_recordings(self, folder: Path, ready: ReadyBackend) -> ReadyBackend:
        own = [voice for voice in ready.voices if voice.kind != "sample"]
        language = ready.voices[0].language
        known = {voice: voice for voice in ready.voices}  # the same object costs nothing to compare
        found = (replace(voice, backend=self._name) for voice in sample_voices(folder, language))
        recorded = [known.get(voice, voice) for voice in found]
        voices = without_hidden_samples((*own, *recorded))
        faults = skipped_samples(folder)
        shown = {voice.id for voice in voices if voice.kind == "sample"}
        faults |= {each.id: "has the name of a built-in voice" for each in recorded if each.id not in shown}
        for file, fault in faults.items():
            told = {"backend": self._name, "file": file, "reason": fault}
            _log.warning("a recording is not listed as a voice", extra=told)
        return ready if voices == ready.voices else replace(ready, voices=voices)


def _has_many_files(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(islice(entries, _MANY_FILES, None), None) is not None
    except OSError:
        return False


def _changed_at(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
