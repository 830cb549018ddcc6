"""How loud voices speak, measured once and kept in a file for all workers.

What is measured is the same on every worker, because seed and text are; the file only saves the time. A
folder that may not be written costs each worker that time, no more. Standard library only: backends import
it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any


class LoudnessFile:
    """The figures in a file, of voices that `stamp`, a JSON value, tells apart from what they were before."""

    def __init__(self, path: Path, stamp: object) -> None:
        self._path = path
        self._stamp = stamp
        self._known: dict[str, float | None] = {}

    def lufs_of(self, voice: str, measure: Callable[[], float | None]) -> float | None:
        """Return a voice's loudness in LUFS, rounded to a tenth, which `measure` measures unless it is known.

        None stands for silence.
        """
        if voice not in self._known:
            self._known = self._read()
        if voice not in self._known:
            lufs = measure()
            self._known = {**self._read(), voice: None if lufs is None else round(lufs, 1)}
            self._write()
        return self._known[voice]

    def _read(self) -> dict[str, float | None]:
        with suppress(OSError, ValueError, TypeError, KeyError):
            content: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
            if content["file"] == self._stamp:
                return dict(content["lufs"])
        return {}

    def _write(self) -> None:
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps({"file": self._stamp, "lufs": self._known}), encoding="utf-8")
            part.replace(self._path)
