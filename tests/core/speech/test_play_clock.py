"""The play clock runs in real time over delivered audio, and stands still when there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.speech.play_clock import PlayClock, SpokenPart, heard_until
from voice_server.core.text.offsets import Edit, rewrite


def test_nothing_is_heard_before_the_first_audio() -> None:
    clock = PlayClock()
    assert (clock.position_s(99), clock.ahead_s(99), clock.silent_at) == (0.0, 0.0, None)
    clock.report(5.0, now=99)
    assert clock.position_s(99) == 0.0


def test_playback_runs_in_real_time_from_the_first_audio() -> None:
    clock = PlayClock()
    assert clock.deliver(2.0, now=10.0) == 0.0
    assert clock.position_s(11.5) == pytest.approx(1.5)
    assert clock.ahead_s(11.5) == pytest.approx(0.5)
    assert clock.silent_at == pytest.approx(12.0)


def test_a_late_delivery_is_a_gap_and_playback_goes_on_after_it() -> None:
    clock = PlayClock()
    clock.deliver(1.0, now=0.0)
    assert clock.deliver(1.0, now=1.25) == pytest.approx(0.25)
    assert clock.position_s(1.75) == pytest.approx(1.5)
    assert clock.deliver(1.0, now=2.0) == 0.0


def test_a_pause_is_no_gap() -> None:
    clock = PlayClock()
    clock.deliver(1.0, now=0.0)
    clock.pause(0.5)
    clock.pause(0.7)
    assert clock.position_s(10.0) == pytest.approx(0.5)
    assert clock.deliver(1.0, now=10.0) == 0.0
    clock.resume(20.0)
    clock.resume(25.0)
    assert clock.position_s(20.75) == pytest.approx(1.25)


def test_a_pause_before_the_first_audio_holds_playback_at_its_start() -> None:
    clock = PlayClock()
    clock.pause(0.0)
    clock.deliver(1.0, now=1.0)
    assert clock.position_s(9.0) == 0.0
    clock.resume(10.0)
    assert clock.position_s(10.5) == pytest.approx(0.5)


def test_playback_begins_when_what_is_heard_before_it_is_over() -> None:
    clock = PlayClock()
    clock.begin_at(2.0)
    assert clock.deliver(1.0, now=1.0) == 0.0
    assert (clock.position_s(1.9), clock.ahead_s(1.9), clock.silent_at) == (0.0, 1.0, 3.0)
    assert clock.position_s(2.5) == pytest.approx(0.5)


def test_a_pause_before_playback_begins_puts_its_beginning_off() -> None:
    clock = PlayClock()
    clock.begin_at(2.0)
    clock.deliver(1.0, now=1.0)
    clock.pause(1.5)
    assert clock.position_s(4.0) == 0.0
    clock.resume(11.5)
    assert clock.position_s(12.0) == 0.0
    assert clock.position_s(12.5) == pytest.approx(0.5)
    clock.pause(12.5)
    clock.resume(20.0)
    assert clock.position_s(20.25) == pytest.approx(0.75)


def test_audio_that_comes_in_a_pause_before_playback_begins_is_heard_after_it() -> None:
    clock = PlayClock()
    clock.begin_at(2.0)
    clock.pause(0.5)
    clock.deliver(1.0, now=1.0)
    clock.resume(11.0)
    assert clock.position_s(12.0) == 0.0
    assert clock.position_s(12.5) == pytest.approx(0.5)


def test_the_clients_word_counts_but_never_beyond_what_was_delivered() -> None:
    clock = PlayClock()
    clock.deliver(3.0, now=0.0)
    clock.report(0.25, now=1.0)
    assert clock.position_s(1.5) == pytest.approx(0.75)
    clock.report(99.0, now=2.0)
    assert clock.position_s(2.0) == pytest.approx(3.0)
    clock.report(-1.0, now=2.0)
    assert clock.position_s(2.0) == 0.0


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), max_size=20))
def test_the_position_never_goes_back_nor_past_the_delivered_audio(steps: list[tuple[float, float]]) -> None:
    clock, now, before, delivered_s = PlayClock(), 0.0, 0.0, 0.0
    for wait_s, audio_s in steps:
        now += wait_s
        gap_s = clock.deliver(audio_s, now)
        delivered_s += audio_s
        assert 0.0 <= gap_s <= wait_s + 1e-9
        position_s = clock.position_s(now)
        assert before - 1e-9 <= position_s <= delivered_s + 1e-9
        before = position_s


def test_parts_that_were_played_are_heard_whole() -> None:
    parts = [SpokenPart(0.0, 1.0, (0, 10)), SpokenPart(1.0, 1.0, (11, 20))]
    assert heard_until(parts, 0.0) == 0
    assert heard_until(parts, 1.0) == 10
    assert heard_until(parts, 2.0) == 20
    assert heard_until([], 1.0) == 0


def test_within_a_part_the_words_that_have_begun_are_heard() -> None:
    _, offsets = rewrite("**One** two three four", [Edit(0, 2), Edit(5, 7)])
    part = SpokenPart(1.0, 1.0, (10, 32), word_starts_ms=(100, 500), word_ends=(3, 7), offsets=offsets)
    assert heard_until([part], 1.05) == 10
    assert heard_until([part], 1.2) == 15
    assert heard_until([part], 1.6) == 21


def test_without_word_marks_a_part_is_heard_in_proportion() -> None:
    assert heard_until([SpokenPart(0.0, 2.0, (10, 30))], 1.0) == 20
