from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_server.core.audio.resample import Resampler

RATES = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000]


def noise(n_samples: int, seed: int = 1) -> bytes:
    return np.random.default_rng(seed).integers(-30_000, 30_000, n_samples).astype("<i2").tobytes()


def sine(hz: float, rate: int, seconds: float = 0.5) -> bytes:
    t = np.arange(int(rate * seconds)) / rate
    return (20_000 * np.sin(2 * np.pi * hz * t)).astype("<i2").tobytes()


def resample(pieces: list[bytes], from_hz: int, to_hz: int = 24_000) -> bytes:
    resampler = Resampler(from_hz, to_hz)
    return b"".join([resampler.process(piece) for piece in pieces]) + resampler.finish()


def as_array(pcm: bytes) -> npt.NDArray[np.float64]:
    return np.frombuffer(pcm, dtype="<i2").astype(np.float64)


@settings(max_examples=50)
@given(
    st.integers(0, 4000),
    st.lists(st.integers(0, 4000), max_size=30),
    st.sampled_from(RATES),
)
def test_the_output_is_the_same_however_the_input_is_cut(length: int, cuts: list[int], from_hz: int) -> None:
    pcm = noise(length)
    edges = [0, *sorted(2 * min(cut, length) for cut in cuts), len(pcm)]
    pieces = [pcm[a:b] for a, b in itertools.pairwise(edges)]
    assert resample(pieces, from_hz) == resample([pcm], from_hz)


@pytest.mark.parametrize("from_hz", RATES)
def test_single_samples_give_what_the_whole_gives(from_hz: int) -> None:
    pcm = noise(3000)
    assert resample([pcm[i : i + 2] for i in range(0, len(pcm), 2)], from_hz) == resample([pcm], from_hz)


@given(st.integers(0, 30_000), st.sampled_from(RATES), st.sampled_from([16_000, 24_000, 44_100]))
def test_the_length_is_the_inputs_to_within_one_sample(length: int, from_hz: int, to_hz: int) -> None:
    got = len(resample([bytes(2 * length)], from_hz, to_hz)) // 2
    assert abs(got - length * to_hz / from_hz) <= 1


@given(st.binary(max_size=200).filter(lambda pcm: len(pcm) % 2 == 0))
def test_equal_rates_hand_back_the_very_same_object(pcm: bytes) -> None:
    resampler = Resampler(24_000, 24_000)
    assert resampler.process(pcm) is pcm
    assert resampler.finish() == b""


def test_nothing_is_computed_between_equal_rates_however_long_the_piece() -> None:
    pcm = noise(100_000)
    assert Resampler(16_000, 16_000).process(pcm) is pcm


def test_most_of_a_piece_comes_out_at_once() -> None:
    assert len(Resampler(22_050).process(bytes(2 * 2205))) >= 2 * 1200


@pytest.mark.parametrize("hz", [200, 1_000, 5_000, 9_000])
def test_a_tone_keeps_its_pitch_and_its_level(hz: int) -> None:
    got = as_array(resample([sine(hz, 22_050)], 22_050))[2_400:9_600]
    wanted = as_array(sine(hz, 24_000))[2_400:9_600]
    error = np.sqrt(np.mean((got - wanted) ** 2)) / np.sqrt(np.mean(wanted**2))
    assert error < 1e-3


def test_what_the_lower_rate_cannot_hold_is_gone_and_not_folded_back() -> None:
    got = as_array(resample([sine(14_000, 48_000)], 48_000))[2_400:9_600]
    assert np.max(np.abs(got)) < 20


def test_full_scale_never_wraps_round() -> None:
    square = np.repeat(np.array([32767, -32768] * 50, dtype="<i2"), 50)
    got = as_array(resample([square.tobytes()], 22_050))
    middle_of_first_plateau = got[20:35]
    assert np.max(got) == 32767
    assert np.min(got) == -32768
    assert np.all(middle_of_first_plateau > 20_000)


def test_after_finish_a_new_stream_begins() -> None:
    resampler = Resampler(22_050)
    pcm = noise(2000)
    first = resampler.process(pcm) + resampler.finish()
    assert resampler.process(pcm) + resampler.finish() == first


def test_finishing_what_never_began_gives_nothing() -> None:
    assert Resampler(22_050).finish() == b""


def test_a_resampler_that_ended_a_stream_begins_the_next_one_afresh() -> None:
    resampler = Resampler(22_050)
    first, second = noise(5000, seed=1), noise(5000, seed=2)
    for pcm in (first, second, first):
        assert resampler.process(pcm) + resampler.finish() == resample([pcm], 22_050)


def test_a_large_piece_gives_what_small_ones_give() -> None:
    pcm = noise(200_000)
    assert resample([pcm], 22_050) == resample([pcm[:1000], pcm[1000:]], 22_050)
