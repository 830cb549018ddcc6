"""A voice's gain is fixed, clips nothing, and is the same with and without numpy."""

from __future__ import annotations

import struct
import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.worker.api import Backend
from voice_server.worker.gain import amplified, gain_of

EVERY_SAMPLE = struct.pack("<65536h", *range(-32768, 32768))


def backend(lufs: float | None) -> Backend:
    return cast("Backend", SimpleNamespace(loudness_lufs=lambda voice: lufs))


def louder(pcm: bytes, gain: float) -> list[int]:
    return list(struct.unpack(f"<{len(pcm) // 2}h", amplified(pcm, gain)))


@pytest.mark.parametrize(
    ("own_lufs", "target_lufs", "gain_db"),
    [(-29, -23, 6), (-17, -23, -6), (-22.96, -23, 0), (-20.04, -23, -3), (-60, -23, 12), (10, -23, -24)],
)
def test_the_gain_leads_to_the_target_within_bounds(
    own_lufs: float, target_lufs: float, gain_db: float
) -> None:
    assert gain_of(backend(own_lufs), "a", target_lufs) == pytest.approx(10 ** (gain_db / 20))


@pytest.mark.parametrize("unknown", [backend(None), cast("Backend", SimpleNamespace())])
def test_a_voice_of_unknown_loudness_stays_as_it_is(unknown: Backend) -> None:
    assert gain_of(unknown, "a", -23.0) == 1.0


def test_nothing_is_asked_where_no_loudness_is_wanted() -> None:
    def fail(voice: str) -> Any:
        raise AssertionError(voice)

    assert gain_of(cast("Backend", SimpleNamespace(loudness_lufs=fail)), "a", None) == 1.0


def test_without_a_gain_the_samples_are_the_same() -> None:
    assert amplified(EVERY_SAMPLE, 1.0) is EVERY_SAMPLE
    assert amplified(b"", 2.0) == b""


@pytest.mark.parametrize("gain", [0.1, 0.7, 1.3, 2.0, 4.0])
def test_every_sample_grows_with_the_gain_in_order_and_within_full_scale(gain: float) -> None:
    levels = louder(EVERY_SAMPLE, gain)
    assert levels == sorted(levels)
    assert max(levels) <= 32767
    assert min(levels) >= -32767
    for sample, level in zip(range(-32768, 32768), levels, strict=True):
        if gain < 1 or abs(sample * gain) <= 0.8 * 32767:
            assert abs(level - sample * gain) <= 0.5
        else:
            assert abs(level) <= abs(sample * gain) + 0.5


@given(st.integers(-32767, 32767), st.floats(0.1, 4))
def test_a_wave_stays_symmetrical(sample: int, gain: float) -> None:
    above, below = louder(struct.pack("<2h", sample, -sample), gain)
    assert above == -below


@pytest.mark.parametrize("gain", [0.5, 3.3])
def test_the_samples_are_the_same_without_numpy(gain: float, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "numpy" in sys.modules
    with_numpy = amplified(EVERY_SAMPLE, gain)
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert amplified(EVERY_SAMPLE, gain) == with_numpy


def test_without_the_limiter_all_below_full_scale_is_exact_and_the_rest_clipped() -> None:
    levels = list(struct.unpack("<65536h", amplified(EVERY_SAMPLE, 2.0, limiter=False)))
    assert levels == [max(-32767, min(32767, 2 * sample)) for sample in range(-32768, 32768)]
    assert levels != louder(EVERY_SAMPLE, 2.0)
    softer = [amplified(EVERY_SAMPLE, 0.5, limiter=limiter) for limiter in (True, False)]
    assert softer[0] == softer[1]
