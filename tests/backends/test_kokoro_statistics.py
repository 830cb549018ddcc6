"""What is expected of a voice depends on how much of a sentence is silence, and survives a broken cache."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from tts_backends.kokoro.onnx_model import is_short
from tts_backends.kokoro.voice_statistics import Statistics, VoiceMoments, VoiceStatistics

SPEECH_MEAN, SPEECH_POWER = np.array([1.0, -2.0, 0.5]), np.array([5.0, 9.0, 2.0])
SILENCE_MEAN, SILENCE_POWER = np.array([0.2, 0.0, 0.5]), np.array([0.1, 0.3, 0.3])


def sentence(silence: float) -> Statistics:
    """What is measured of a sentence in which so much is silence."""
    means = (1 - silence) * SPEECH_MEAN + silence * SILENCE_MEAN
    powers = (1 - silence) * SPEECH_POWER + silence * SILENCE_POWER
    return Statistics(means.astype(np.float32), (powers - means**2).astype(np.float32))


MEASURED = [(share, sentence(share)) for share in (0.08, 0.21, 0.38)]


@pytest.mark.parametrize("silence", [0.08, 0.15, 0.3, 0.38])
def test_a_sentence_of_other_length_is_foretold(silence: float) -> None:
    foretold = VoiceMoments.of(MEASURED).at(silence)
    np.testing.assert_allclose(foretold.means, sentence(silence).means, rtol=1e-4)
    np.testing.assert_allclose(foretold.variances, sentence(silence).variances, rtol=1e-3)


def test_a_mix_lies_between_its_speakers_by_their_shares() -> None:
    one, other = sentence(0.1), sentence(0.3)
    mixed = Statistics.mixed([(0.25, one), (0.75, other)])
    np.testing.assert_allclose(mixed.means, 0.25 * one.means + 0.75 * other.means, rtol=1e-6)
    np.testing.assert_allclose(mixed.variances, 0.25 * one.variances + 0.75 * other.variances, rtol=1e-6)


@pytest.mark.parametrize(("silence", "nearest"), [(0.0, 0.08), (0.9, 0.38)])
def test_beyond_what_was_measured_the_nearest_counts(silence: float, nearest: float) -> None:
    moments = VoiceMoments.of(MEASURED)
    np.testing.assert_array_equal(moments.at(silence).means, moments.at(nearest).means)


N_CHANNELS = 3


def voice(number: int) -> np.ndarray:
    """A voice unlike those of other numbers."""
    return np.full((510, 1, 256), number, np.float32)


def test_a_voice_is_measured_once_on_a_machine(tmp_path: Path) -> None:
    moments = VoiceMoments.of(MEASURED)
    found = VoiceStatistics(tmp_path).of([voice(1)], N_CHANNELS, lambda _: moments)
    assert found is not None
    assert found[0] is not moments, "read back"

    def measure(_: np.ndarray) -> VoiceMoments:
        raise AssertionError("measured again")

    found = VoiceStatistics(tmp_path).of([voice(1)], N_CHANNELS, measure)
    assert found is not None
    np.testing.assert_array_equal(found[0].values, moments.values)


def test_many_new_voices_are_measured_a_few_at_a_time(tmp_path: Path) -> None:
    now = 0.0
    measured: list[float] = []

    def measure(asked: np.ndarray) -> VoiceMoments:
        nonlocal now
        now += 2.0
        measured.append(float(asked[0, 0, 0]))
        return VoiceMoments.of(MEASURED)

    statistics = VoiceStatistics(tmp_path, lambda: now)
    voices = [voice(number) for number in range(5)]
    for expected in ([0, 1], [0, 1, 2, 3]):
        assert statistics.of(voices, N_CHANNELS, measure) is None
        assert measured == expected
    found = statistics.of(voices, N_CHANNELS, measure)
    assert found is not None
    assert (len(found), measured) == (5, [0, 1, 2, 3, 4])


def _npy(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


BROKEN = [b"", b"not numpy", b"\x93NUMPY\x01\x00", _npy(np.full((3, 7), np.nan)), _npy(np.ones(7))]
BROKEN += [_npy(np.ones(shape)) for shape in ((3, 5), (3, 9), (1, 7))]


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    moments = VoiceMoments.of(MEASURED)
    VoiceStatistics(tmp_path).of([voice(1)], N_CHANNELS, lambda _: moments)
    (file,) = tmp_path.glob("voice-*.npy")
    file.write_bytes(content)
    VoiceStatistics(tmp_path).of([voice(1)], N_CHANNELS, lambda _: moments)
    np.testing.assert_array_equal(np.load(file), moments.values)


def test_the_most_silence_is_that_of_the_sentence_that_was_measured_with_the_most() -> None:
    one = Statistics(np.zeros(2, np.float32), np.ones(2, np.float32))
    assert VoiceMoments.of([(0.1, one), (0.3, one), (0.2, one)]).most_silence == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("n_values", "speed", "is_whole"),
    [
        (110, 1.0, True),  # "Hello."
        (220, 0.5, True),  # the same at half the pace, which was 4 to 6.5 dB off in windows
        (150, 0.7, True),
        (160, 1.0, False),  # "Good morning, everyone."
        (320, 0.5, False),
        (86, 2.0, True),  # and at twice the pace, where it is soon there
        (440, 0.25, False),
    ],
)
def test_a_text_that_is_short_at_the_voice_s_own_pace_is_short_at_half_of_it(
    n_values: int, speed: float, is_whole: bool
) -> None:
    assert is_short(n_values, speed) is is_whole
