"""What the vocoder's norms measure of a voice: means and variances of whole sentences, kept in the cache.

A window of a sentence has other means and variances than the whole, one of silence has hardly any, and the
sound falls apart; those of other sentences of the same voice do (docs/design.md has the figures).
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from .checkpoint import Array

CALIBRATION = (
    "ðə tɹˈAn wəz lˈAt əɡˈɛn, sˌO wi wˈɔkt əlˈɔŋ ðə ɹˈɪvəɹ ænd wˈɑʧt ðə bˈOts kˌʌm ˈɪn.",
    "wˌʌt wʊd ju lˈIk fɔɹ bɹˈɛkfəst, ˈɛɡz ɔɹ ʤˈʌst sˌʌm frˈuːt?",
)
"""Two sentences, as the model reads them: enough for any voice, whatever its language."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of all channels of all norms, in the order of the vocoder's graph."""

    means: Array
    variances: Array

    @classmethod
    def joined(cls, measured: Sequence[tuple[int, Statistics]]) -> Statistics:
        """Return those of several sentences together; each comes with its length."""
        lengths, parts = zip(*measured, strict=True)
        shares = np.array(lengths, np.float32)[:, None] / sum(lengths)
        means = np.array([part.means for part in parts])
        mean = (shares * means).sum(0)
        squares = (shares * (np.array([part.variances for part in parts]) + means**2)).sum(0)
        return cls(mean, np.maximum(squares - mean**2, 0))


class VoiceStatistics:
    """The statistics of voices, in memory and in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Statistics] = {}

    def of(self, voice: Array, measure: Callable[[], Statistics]) -> Statistics:
        """Return a voice's; `measure` makes them when they have never been made on this machine."""
        name = hashlib.sha256(np.ascontiguousarray(voice).tobytes()).hexdigest()[:16]
        if name not in self._known:
            file = self._folder / f"voice-{name}.npy"
            self._known[name] = _load(file) or _keep(file, measure())
        return self._known[name]


def _load(file: Path) -> Statistics | None:
    try:
        means, variances = np.load(file)
    except (OSError, ValueError):
        return None
    return Statistics(means, variances)


def _keep(file: Path, statistics: Statistics) -> Statistics:
    """Write a voice's statistics; return those that are kept, which another worker may have written first."""
    try:
        with NamedTemporaryFile(dir=file.parent) as unfinished:
            np.save(unfinished, np.array([statistics.means, statistics.variances], np.float32))
            unfinished.flush()
            with suppress(FileExistsError):
                os.link(unfinished.name, file)
    except OSError as error:
        print(f"a voice's statistics cannot be kept: {error.strerror}", file=sys.stderr)
    return _load(file) or statistics
