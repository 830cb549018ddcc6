"""A listener is let in where nobody falls silent for it, and told when to come again where somebody would."""

import math

from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.admission import HORIZON_S, SHARE, Demand, RenderSpeed, wait_for_room_s

NEW = Demand(0.0, math.inf)
TALKING = Demand(0.0, math.inf)


def wait_s(new: Demand, others: list[Demand], workers: int, real_time_factor: float) -> float:
    """How long a listener waits where the workers always have been as fast as that."""
    speed = RenderSpeed()
    if real_time_factor:
        speed.learn(workers, real_time_factor * 10, 10.0)
    return wait_for_room_s(new, others, workers, speed)


def test_there_is_room_for_the_first_listener_of_any_engine() -> None:
    assert wait_s(NEW, [], 1, 0.95) == 0.0


def test_as_many_are_let_in_as_the_workers_make_sound_for() -> None:
    most = math.floor(2 * SHARE / 0.25)
    assert wait_s(NEW, [TALKING] * (most - 1), 2, 0.25) == 0.0
    assert wait_s(NEW, [TALKING] * most, 2, 0.25) > 0.0


def test_a_listener_with_sound_in_store_leaves_room_until_that_runs_out() -> None:
    rich = Demand(HORIZON_S, math.inf)
    assert wait_s(NEW, [rich] * 100, 1, 0.5) == 0.0
    assert wait_s(NEW, [Demand(HORIZON_S / 2, math.inf)] * 100, 1, 0.5) > 0.0


def test_a_short_text_is_let_in_where_a_long_one_is_not() -> None:
    others = [TALKING, TALKING]
    assert wait_s(Demand(0.0, 0.4), [Demand(0.0, 0.4)] * 2, 1, 0.4) == 0.0
    assert wait_s(NEW, others, 1, 0.4) > 0.0


def test_who_needs_nothing_more_takes_no_room() -> None:
    assert wait_s(NEW, [Demand(0.0, 0.0)] * 50, 1, 0.5) == 0.0


def test_the_more_is_missing_the_later_there_is_room() -> None:
    waits = [wait_s(NEW, [TALKING] * n, 1, 0.3) for n in (3, 6, 12, 1000)]
    assert waits[0] >= 1.0
    assert waits == sorted(waits)
    assert waits[-1] == 60.0


def test_an_engine_slower_than_speech_refuses_nobody() -> None:
    assert wait_s(NEW, [TALKING] * 5, 1, 1.0) == 0.0


def test_an_engine_that_many_listeners_have_made_slow_refuses_more_of_them() -> None:
    speed = RenderSpeed()
    speed.learn(1, 1.0, 10.0)
    for _ in range(100):
        speed.learn(1, 20.0, 10.0)
    assert not speed.is_slower_than_speech
    assert wait_for_room_s(NEW, [TALKING], 1, speed) > 0.0


def test_before_anything_is_known_of_an_engine_everybody_is_let_in() -> None:
    assert RenderSpeed().real_time_factor == 0.0
    assert wait_s(NEW, [TALKING] * 500, 1, 0.0) == 0.0


def test_speed_is_that_of_busy_workers_and_what_was_last_seen_counts_most() -> None:
    speed = RenderSpeed()
    speed.learn(1, 1.0, 5.0)
    assert math.isclose(speed.real_time_factor, 0.2)
    speed.learn(2, 4.0, 10.0)
    speed.learn(1, 1.0, 10.0)
    assert math.isclose(speed.real_time_factor, 0.4)
    for _ in range(100):
        speed.learn(2, 6.0, 10.0)
    assert math.isclose(speed.real_time_factor, 0.6, rel_tol=1e-3)


def test_a_render_without_sound_teaches_nothing() -> None:
    speed = RenderSpeed()
    speed.learn(1, 1.0, 0.0)
    assert speed.real_time_factor == 0.0


demands = st.builds(Demand, st.floats(0, 40), st.one_of(st.just(math.inf), st.floats(0, 100)))


@given(st.lists(demands, min_size=1, max_size=8), st.integers(1, 4), st.floats(0.01, 3))
def test_no_moment_misses_more_than_was_let_pass(others: list[Demand], workers: int, factor: float) -> None:
    """The same by adding up what everybody has heard at each tenth of a second."""
    missing_s = max(
        sum(min(max(0.0, at - each.store_s), each.needed_s) for each in (NEW, *others)) * factor
        - at * workers * SHARE
        for at in (step * HORIZON_S / 200 for step in range(201))
    )
    has_room = wait_s(NEW, others, workers, factor) == 0.0
    if factor >= 1 or missing_s <= 0.24 - (len(others) + 1) * factor * HORIZON_S / 200:
        assert has_room
    elif missing_s > 0.26:
        assert not has_room


@given(st.lists(demands, max_size=8), st.integers(1, 4), st.floats(0.01, 3))
def test_room_for_more_is_room_for_fewer(others: list[Demand], workers: int, factor: float) -> None:
    if wait_s(NEW, others, workers, factor) == 0.0 and others:
        assert wait_s(NEW, others[1:], workers, factor) == 0.0
