"""Recordings that pass for a speaker."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

_RATE_HZ = 16_000


def record(file: Path, seconds: float, loudness: float = 0.3, seed: int = 0) -> None:
    """Write noise into a WAV file."""
    noise = np.random.default_rng(seed).normal(0, loudness, int(_RATE_HZ * seconds)).clip(-1, 1)
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, _RATE_HZ, 0, "NONE", ""))
        out.writeframes((noise * 32767).astype("<i2").tobytes())
