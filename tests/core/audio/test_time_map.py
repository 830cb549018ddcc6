"""Times keep to the sound whatever was made of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.audio.time_map import TimeMap

LENGTHS = st.lists(st.tuples(st.floats(0.01, 2.0), st.floats(0.0, 4.0)), max_size=6)


def test_a_sound_that_was_not_changed_keeps_its_times() -> None:
    times = TimeMap()
    assert times.moved(0.7) == 0.7
    times.add(0.5, 0.5)
    assert (times.moved(0.2), times.moved(0.7), times.known_s) == (0.2, 0.7, 0.5)


def test_times_inside_a_piece_are_stretched_with_it_and_those_behind_it_moved() -> None:
    times = TimeMap()
    times.add(1.0, 2.0)
    times.add(1.0, 0.5)
    assert [times.moved(at) for at in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)] == [0.0, 1.0, 2.0, 2.25, 2.5, 3.5]
    assert times.known_s == 2.0


def test_what_was_cut_out_takes_no_time() -> None:
    times = TimeMap()
    times.add(1.0, 0.0)
    assert [times.moved(at) for at in (0.0, 0.9, 1.0, 1.5)] == [0.0, 0.0, 0.0, 0.5]


@given(LENGTHS, st.lists(st.floats(0, 15), min_size=2, max_size=2))
def test_what_comes_later_never_comes_earlier(lengths: list[tuple[float, float]], at: list[float]) -> None:
    times = TimeMap()
    for was_s, became_s in lengths:
        times.add(was_s, became_s)
    earlier, later = sorted(at)
    assert times.moved(earlier) <= times.moved(later) + 1e-9
    assert times.known_s == pytest.approx(sum(was_s for was_s, _ in lengths))
