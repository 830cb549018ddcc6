"""Tracks into one device: exact where nothing is cut, without a click where something is."""

from __future__ import annotations

from array import array
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.audio.mixer import FADE_MS, Mixer, TrackReport

RATE_HZ = 8000
FADE = FADE_MS * RATE_HZ // 1000  # samples
BLOCK = 160  # samples
LOUD = 16_000


def pcm(*samples: int) -> bytes:
    return array("h", samples).tobytes()


def steady(n: int, level: int = LOUD) -> bytes:
    return pcm(*[level] * n)


def read(mixer: Mixer, n: int = BLOCK) -> list[int]:
    return list(array("h", mixer.read(2 * n)))


def steps(samples: list[int]) -> int:
    """The largest step from one sample to the next."""
    return max(abs(after - before) for before, after in pairwise(samples))


@pytest.fixture
def mixer() -> Mixer:
    return Mixer(RATE_HZ, device_ms=0)


def test_nothing_is_silence(mixer: Mixer) -> None:
    assert read(mixer) == [0] * BLOCK
    assert mixer.is_idle


@given(
    st.lists(st.binary(max_size=200).map(lambda data: data[: len(data) // 2 * 2]), max_size=8),
    st.lists(st.integers(1, 90), max_size=20),
)
def test_one_track_passes_through_bit_by_bit_however_it_is_cut(parts: list[bytes], reads: list[int]) -> None:
    mixer = Mixer(RATE_HZ, device_ms=0)
    for part in parts:
        mixer.add(1, part)
    whole = b"".join(parts)
    heard = b"".join(mixer.read(2 * n) for n in reads)
    assert heard == whole[: len(heard)] + bytes(max(0, len(heard) - len(whole)))


def test_half_a_sample_is_refused(mixer: Mixer) -> None:
    with pytest.raises(ValueError, match="even number"):
        mixer.add(1, b"\0")


def test_an_empty_piece_is_no_silence_between_two_others(mixer: Mixer) -> None:
    for piece in (pcm(1), b"", pcm(2)):
        mixer.add(1, piece)
    assert read(mixer, 2) == [1, 2]


def test_tracks_are_heard_together_and_never_wrap_round(mixer: Mixer) -> None:
    mixer.add(1, pcm(1000, 30_000, -30_000, 5))
    mixer.add(2, pcm(-300, 30_000, -30_000))
    assert read(mixer, 5) == [700, 32_767, -32_768, 5, 0]


def test_a_stopped_track_fades_out_and_is_gone(mixer: Mixer) -> None:
    mixer.add(1, steady(10 * BLOCK))
    read(mixer)
    mixer.stop(1)
    heard = read(mixer)
    assert heard[FADE:] == [0] * (BLOCK - FADE)
    assert steps([LOUD, *heard]) <= LOUD // FADE + 1
    assert mixer.is_idle
    assert mixer.take_reports() == []


def test_what_is_added_to_a_track_that_was_never_there_or_stopped_twice_harms_nobody(mixer: Mixer) -> None:
    mixer.stop(9)
    mixer.add(1, steady(BLOCK))
    mixer.stop(1)
    mixer.stop(1)
    read(mixer)
    assert read(mixer) == [0] * BLOCK


def test_other_tracks_are_heard_on_when_one_is_stopped(mixer: Mixer) -> None:
    mixer.add(1, steady(2 * BLOCK))
    mixer.add(2, steady(2 * BLOCK, 100))
    mixer.stop(1)
    assert read(mixer)[FADE:] == [100] * (BLOCK - FADE)


def test_a_pause_loses_nothing_and_does_not_click(mixer: Mixer) -> None:
    mixer.add(1, pcm(*range(1, 2 * BLOCK + 1)))
    first = read(mixer)
    mixer.pause()
    fading = read(mixer)
    assert fading[FADE:] == [0] * (BLOCK - FADE)
    assert steps([first[-1], *fading]) <= 2 * BLOCK // FADE + 1
    assert read(mixer) == [0] * BLOCK
    mixer.resume()
    again = read(mixer)
    assert again[FADE:] == list(range(BLOCK + FADE + 1, 2 * BLOCK + 1))
    assert steps([0, *again]) <= 2 * BLOCK // FADE + 1


def test_a_pause_that_is_taken_back_before_it_is_heard_changes_nothing(mixer: Mixer) -> None:
    mixer.add(1, steady(BLOCK))
    mixer.resume()
    mixer.pause()
    mixer.pause()
    mixer.resume()
    assert read(mixer) == [LOUD] * BLOCK


def test_a_pause_before_it_went_on_leaves_it_silent(mixer: Mixer) -> None:
    mixer.add(1, steady(BLOCK))
    mixer.pause()
    read(mixer)
    mixer.resume()
    mixer.pause()
    assert read(mixer) == [0] * BLOCK


def test_what_is_stopped_while_paused_is_never_heard(mixer: Mixer) -> None:
    mixer.add(1, steady(4 * BLOCK))
    mixer.pause()
    read(mixer)
    mixer.stop(1)
    read(mixer)
    assert mixer.is_idle
    mixer.resume()
    assert read(mixer) == [0] * BLOCK


def test_a_change_of_volume_is_a_ramp(mixer: Mixer) -> None:
    mixer.add(1, steady(3 * BLOCK))
    read(mixer)
    mixer.set_volume(0.25)
    changing = read(mixer)
    assert changing[FADE:] == [LOUD // 4] * (BLOCK - FADE)
    assert steps([LOUD, *changing]) <= LOUD // FADE + 1
    assert read(mixer) == [LOUD // 4] * BLOCK


def test_full_volume_again_is_exact_again(mixer: Mixer) -> None:
    mixer.add(1, steady(2 * BLOCK))
    mixer.set_volume(0.0)
    read(mixer)
    mixer.set_volume(1.0)
    assert read(mixer)[FADE:] == [LOUD] * (BLOCK - FADE)


def test_blocks_shorter_than_a_fade_are_faded_within_themselves(mixer: Mixer) -> None:
    mixer.add(1, steady(BLOCK))
    mixer.stop(1)
    assert read(mixer, 3) == [10_667, 5_333, 0]


def test_heard_is_what_the_device_has_played_and_silence_does_not_count() -> None:
    mixer = Mixer(RATE_HZ, device_ms=40)  # two blocks
    mixer.add(7, steady(BLOCK + 10))
    read(mixer)
    read(mixer)
    assert mixer.take_reports() == []
    read(mixer)
    assert mixer.take_reports() == [TrackReport(7, 2 * BLOCK, is_over=False)]
    read(mixer)
    assert mixer.take_reports() == [TrackReport(7, 2 * (BLOCK + 10), is_over=False)]
    read(mixer)
    assert mixer.take_reports() == []
    mixer.complete(7)
    read(mixer)
    assert mixer.take_reports() == [TrackReport(7, 2 * (BLOCK + 10), is_over=True)]
    assert mixer.is_idle
    assert mixer.take_reports() == []


def test_a_track_without_sound_is_over_as_soon_as_the_device_asks(mixer: Mixer) -> None:
    mixer.complete(3)
    assert mixer.take_reports() == []
    read(mixer)
    assert mixer.take_reports() == [TrackReport(3, 0, is_over=True)]
