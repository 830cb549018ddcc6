"""How loud a voice speaks: measured once, and kept in a file beside it.

The files of voices do not say it. What is measured is the same on every worker, because seed and text are;
the file only saves the time.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from voice_server.worker.api import measured_lufs

from .model import Model, Scales
from .speakers import Speaker

_TEXT = "1 2 3 4 5 6 7 8 9 10 11 12."
"""Read as words in every language."""


def loudness_of(voice: str, speaker: Speaker, model: Model) -> float | None:
    """Return the voice's loudness in LUFS, measured unless the file beside it tells; None for silence."""
    known = _known(speaker.file)
    if voice not in known:
        known[voice] = _measured(speaker, model)
        _keep(speaker.file, known)
    return known[voice]


def _measured(speaker: Speaker, model: Model) -> float | None:
    config = model.config
    scales = Scales(config.length_scale, config.noise_scale, config.noise_w_scale)
    phonemes = [each for sentence in model.sentences(_TEXT) for each in sentence]
    samples, _ = model.render(phonemes, scales, speaker.number, 0)
    lufs = measured_lufs(samples, config.sample_rate)
    return None if lufs is None else round(lufs, 1)


def _file_beside(file: Path) -> Path:
    return file.with_name(file.name + ".loudness.json")


def _known(file: Path) -> dict[str, float | None]:
    """What was measured of the voices in a file, if that is the file it was measured of."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        content: dict[str, Any] = json.loads(_file_beside(file).read_text(encoding="utf-8"))
        if content["file"] == _stamp(file):
            return dict(content["lufs"])
    return {}


def _keep(file: Path, known: dict[str, float | None]) -> None:
    beside = _file_beside(file)
    part = beside.with_name(f"{beside.name}.{os.getpid()}")
    with suppress(OSError):  # a folder that may not be written is measured anew by every worker
        part.write_text(json.dumps({"file": _stamp(file), "lufs": known}), encoding="utf-8")
        part.replace(beside)


def _stamp(file: Path) -> list[int]:
    status = file.stat()
    return [status.st_size, status.st_mtime_ns]
