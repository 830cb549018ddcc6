"""Brings every voice to one loudness: a fixed gain for each, so that every worker renders the same samples.

An adapter says how loud its engine speaks with a voice (`loudness_lufs`), or has it measured
(`measured_loudness`); what nobody knows is left as it is. The gain goes into a table of all samples, with a
limiter that bends peaks instead of clipping them. numpy looks them up where the engine has loaded it, and the
standard library where not.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Callable
from functools import lru_cache
from struct import Struct
from typing import Any, Final

from voice_server.core.types import BYTES_PER_SAMPLE
from voice_server.worker.api import Backend

_LEAST_DB, _MOST_DB = -24.0, 12.0
"""No voice is changed by more: what would need it was measured wrongly."""
_FULL_SCALE: Final = 32767
_KNEE: Final = 0.8
"""The share of full scale above which the limiter bends."""


def gain_of(
    backend: Backend,
    voice: str,
    target_lufs: float | None,
    measure: Callable[[str], float | None] | None = None,
) -> float:
    """Return the factor that brings a voice of the backend to `target_lufs`; 1 without a target or a figure.

    `measure` finds the figure of a voice where the adapter does not tell it. Raises what the adapter raises
    for a voice that it does not have.
    """
    loudness = getattr(backend, "loudness_lufs", measure)
    own_lufs: float | None = None if target_lufs is None or loudness is None else loudness(voice)
    if own_lufs is None or target_lufs is None:
        return 1.0
    # Rounded, so that a figure that was measured on two machines leads to the same samples.
    gain_db = round(min(max(target_lufs - own_lufs, _LEAST_DB), _MOST_DB), 1)
    return float(10 ** (gain_db / 20))


def amplified(pcm: bytes, gain: float, *, limiter: bool = True) -> bytes:
    """Return int16 PCM with a gain; peaks beyond full scale are bent by the limiter, or clipped."""
    if gain == 1.0 or not pcm:
        return pcm
    table = _table(gain, limiter)
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        samples = numpy.frombuffer(table, numpy.int16)[numpy.frombuffer(pcm, "<u2")]
        return bytes(samples.astype("<i2", copy=False).tobytes())
    count = len(pcm) // BYTES_PER_SAMPLE
    return Struct(f"<{count}h").pack(*map(table.__getitem__, Struct(f"<{count}H").unpack(pcm)))


@lru_cache(maxsize=32)
def _table(gain: float, limiter: bool) -> array[int]:
    """What becomes of each sample, by its bits as an unsigned number."""
    shaped = _limited if limiter and gain > 1 else _clipped
    positive = [shaped(sample * gain) for sample in range(_FULL_SCALE + 2)]
    return array("h", [*positive[:-1], *(-sample for sample in reversed(positive[1:]))])


def _clipped(sample: float) -> int:
    return min(round(sample), _FULL_SCALE)


def _limited(sample: float) -> int:
    knee = _KNEE * _FULL_SCALE
    if sample <= knee:
        return round(sample)
    room = _FULL_SCALE - knee
    return round(knee + room * math.tanh((sample - knee) / room))
