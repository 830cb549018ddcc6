"""Keeps the voices that are recordings in step with the files in their folder."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from voice_server.core.types import ReadyBackend
from voice_server.worker.samples import sample_voices, skipped_samples, without_hidden_samples

_log = logging.getLogger(__name__)


class RecordingsWatch:
    """The folder of recordings of the backend `name`; None where it has none."""

    def __init__(self, name: str, folder: Path | None) -> None:
        self._name = name
        self._folder = folder
        self._listed_at = 0

    def refresh(self, ready: ReadyBackend) -> ReadyBackend:
        """Return `ready` with a voice for each recording that is there now.

        The folder is only listed when it has changed; files that cannot be voices are logged then.
        """
        folder = self._folder
        if folder is None or (changed_at := _changed_at(folder)) == self._listed_at:
            return ready
        self._listed_at = changed_at
        own = [voice for voice in ready.voices if voice.kind != "sample"]
        language = ready.voices[0].language
        recorded = [replace(voice, backend=self._name) for voice in sample_voices(folder, language)]
        voices = without_hidden_samples((*own, *recorded))
        faults = skipped_samples(folder)
        faults |= {each.id: "has the name of a built-in voice" for each in recorded if each not in voices}
        for file, fault in faults.items():
            told = {"backend": self._name, "file": file, "reason": fault}
            _log.warning("a recording is not listed as a voice", extra=told)
        return replace(ready, voices=voices)


def _changed_at(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
