"""What the vocoder's norms measure of a voice: means and variances of whole sentences, kept in the cache.

A window of a sentence has other means and variances than the whole, one of silence has hardly any, and the
sound falls apart; those that other sentences of the same voice lead to expect do (docs/performance.md has the
figures). What to expect depends on how much of a sentence is the silence at its edges: a third of a greeting,
a tenth of a long sentence. Without that, "Hello." was 40 dB too soft.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from .checkpoint import Array

CALIBRATION = (
    "ðə tɹˈAn wəz lˈAt əɡˈɛn, sˌO wi wˈɔkt əlˈɔŋ ðə ɹˈɪvəɹ ænd wˈɑʧt ðə bˈOts kˌʌm ˈɪn.",
    "hˈæf ʌv ˌʌs lˈɛft ˈɜɹli.",
    "hˌW ɑɹ ju?",
)
"""Sentences with more and more silence at their edges, as the model reads them: enough for any voice,
whatever its language. In shorter ones silence tells less of the rest."""

_LONGEST_S = 3.0
"""A voice takes 2 to 4 s, and a mix may have eight, in which nothing is heard; a worker that is silent for
10 s may be killed."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of all channels of all norms, in the order of the vocoder's graph."""

    means: Array
    variances: Array

    @classmethod
    def mixed(cls, speakers: Sequence[tuple[float, Statistics]]) -> Statistics:
        """Return what to expect of a mix, given the shares and statistics of its speakers."""
        shares = np.array([share for share, _ in speakers], np.float32)
        rows = np.array([(each.means, each.variances) for _, each in speakers])
        means, variances = np.tensordot(shares, rows, 1)
        return cls(means, variances)


@dataclass(frozen=True, slots=True)
class VoiceMoments:
    """A voice's means and powers at several shares of silence; between them they go straight.

    The array has a row for each sentence that was measured: its share, then the means, then the powers.
    """

    values: Array

    @classmethod
    def of(cls, measured: Sequence[tuple[float, Statistics]]) -> VoiceMoments:
        """Return those of several sentences; each comes with its share of silence."""
        rows = [
            np.concatenate([[share], each.means, each.variances + each.means**2])
            for share, each in sorted(measured, key=lambda pair: pair[0])
        ]
        return cls(np.array(rows, np.float32))

    @property
    def most_silence(self) -> float:
        """The largest share of silence that was measured."""
        return float(self.values[-1, 0])

    def at(self, silence: float) -> Statistics:
        """Return what to expect of a sentence, given its share of silence."""
        shares = self.values[:, 0]
        after = int(np.clip(np.searchsorted(shares, silence), 1, len(shares) - 1))
        before = after - 1
        place = (silence - shares[before]) / max(shares[after] - shares[before], 1e-6)
        place = np.float32(np.clip(place, 0, 1))
        row = (1 - place) * self.values[before] + place * self.values[after]
        means, powers = np.split(row[1:], 2)
        return Statistics(means, np.maximum(powers - means**2, 0))


class VoiceStatistics:
    """The moments of speakers, in memory and in a folder; none are kept of mixes, which have no end."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._known: dict[str, VoiceMoments] = {}

    def of(
        self, voices: Sequence[Array], n_channels: int, measure: Callable[[Array], VoiceMoments]
    ) -> list[VoiceMoments] | None:
        """Return the voices' moments, of so many channels each.

        `measure` makes those that were never made on this machine. None while some are still missing: after
        a few seconds no further voice is measured, and the next call goes on. Two workers may measure the
        same voice at once, with the same result: one that waited would be as late as one that measures.
        """
        moments: list[VoiceMoments] = []
        has_measured, until = False, self._clock() + _LONGEST_S
        for voice in voices:
            name = hashlib.sha256(np.ascontiguousarray(voice).tobytes()).hexdigest()[:16]
            if name not in self._known:
                file = self._folder / f"voice-{name}.npy"
                found = _load(file, n_channels)
                if found is None:
                    if has_measured and self._clock() >= until:
                        return None
                    found, has_measured = _keep(file, measure(voice), n_channels), True
                self._known[name] = found
            moments.append(self._known[name])
        return moments


def _load(file: Path, n_channels: int) -> VoiceMoments | None:
    with suppress(OSError, ValueError, EOFError):
        values = np.load(file)
        if values.shape == (len(CALIBRATION), 1 + 2 * n_channels) and np.isfinite(values).all():
            return VoiceMoments(values)
    return None


def _keep(file: Path, moments: VoiceMoments, n_channels: int) -> VoiceMoments:
    """Write a voice's moments; return those that are kept, which another worker may have written first."""
    try:
        with NamedTemporaryFile(dir=file.parent) as unfinished:
            np.save(unfinished, moments.values)
            unfinished.flush()
            if _load(file, n_channels) is None:
                file.unlink(missing_ok=True)
            with suppress(FileExistsError):
                os.link(unfinished.name, file)
    except OSError as error:
        print(f"a voice's statistics cannot be kept: {error.strerror}", file=sys.stderr)
    return _load(file, n_channels) or moments
