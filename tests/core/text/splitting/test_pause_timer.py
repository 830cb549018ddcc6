from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.text.splitting.pause_timer import PauseTimer


def test_no_pause_before_the_first_token() -> None:
    assert PauseTimer().deadline("strong") is None


def test_a_buffer_that_ends_nowhere_waits_for_ever() -> None:
    timer = PauseTimer()
    timer.token(1.0)
    assert timer.deadline("none") is None


def test_a_fast_stream_waits_the_least_time() -> None:
    timer = PauseTimer()
    for index in range(20):
        timer.token(index * 0.02)
    assert timer.deadline("strong") == pytest.approx(0.38 + 0.150)
    assert timer.deadline("weak") == pytest.approx(0.38 + 0.450)


def test_a_slow_stream_waits_two_and_a_half_gaps_up_to_the_limit() -> None:
    timer = PauseTimer(max_wait_ms=300)
    timer.token(0.0)
    timer.token(0.1)
    assert timer.wait_s == pytest.approx(0.25)
    timer.token(0.3)
    timer.token(0.5)
    assert timer.wait_s == pytest.approx(0.3)


def test_one_stall_does_not_change_the_rhythm() -> None:
    timer = PauseTimer()
    for now in (0.0, 0.08, 0.16, 0.24, 5.24, 5.32):
        timer.token(now)
    assert timer.wait_s == pytest.approx(0.2)


def test_a_limit_below_the_least_time_is_the_least_time() -> None:
    timer = PauseTimer(max_wait_ms=10)
    timer.token(0.0)
    assert timer.deadline("strong") == pytest.approx(0.150)


def test_another_limit_keeps_the_rhythm_and_the_last_token() -> None:
    timer = PauseTimer(max_wait_ms=300)
    timer.token(0.0)
    timer.token(0.1)
    timer.set_max_wait(200)
    assert timer.deadline("strong") == pytest.approx(0.1 + 0.2)
    timer.set_max_wait(1000)
    assert timer.deadline("strong") == pytest.approx(0.1 + 0.25)


@given(st.lists(st.floats(0, 10), min_size=1), st.floats(150, 2000))
def test_the_wait_lies_between_its_limits(gaps: list[float], limit: float) -> None:
    timer, now = PauseTimer(limit), 0.0
    for gap in gaps:
        now += gap
        timer.token(now)
    assert 0.150 <= timer.wait_s <= limit / 1000 + 1e-9
