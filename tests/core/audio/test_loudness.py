"""Loudness is that of ITU-R BS.1770: its reference tone, and its gates."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from voice_server.core.audio.loudness import mean_lufs, measured_lufs

RATES_HZ = [16_000, 22_050, 24_000, 48_000]


def tone(
    rate_hz: int, seconds: float, dbfs: float, hz: float = 997.0
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A sine with its peak at `dbfs`."""
    return np.asarray(10 ** (dbfs / 20) * np.sin(2 * math.pi * hz * np.arange(seconds * rate_hz) / rate_hz))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("seconds", [0.5, 3.0, 7.3])
def test_a_sine_of_997_hz_at_full_scale_is_at_minus_3_lufs(rate_hz: int, seconds: float) -> None:
    assert measured_lufs(tone(rate_hz, seconds, 0.0), rate_hz) == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize("dbfs", [-40.0, -20.0, -6.0])
def test_a_decibel_is_a_loudness_unit(dbfs: float) -> None:
    assert measured_lufs(tone(24_000, 2, dbfs), 24_000) == pytest.approx(dbfs - 3.01, abs=0.05)


def test_low_tones_count_less_and_high_ones_more() -> None:
    low, middle, high = (measured_lufs(tone(24_000, 2, -20, hz), 24_000) for hz in (40, 997, 4000))
    assert low is not None
    assert middle is not None
    assert high is not None
    assert low < middle - 3
    assert high > middle + 2


def test_silence_between_words_does_not_count() -> None:
    word, silence = tone(24_000, 1, -20), np.zeros(3 * 24_000)
    paused = measured_lufs(np.concatenate([word, silence, word, silence]), 24_000)
    assert paused == pytest.approx(-23.0, abs=1.0)


def test_silence_has_no_loudness() -> None:
    assert measured_lufs(np.zeros(24_000), 24_000) is None
    assert measured_lufs(np.zeros(0), 24_000) is None


def test_a_mix_is_as_loud_as_its_voices_by_their_weights() -> None:
    assert mean_lufs([(-20.0, 2), (-26.0, 1)]) == -22.0
