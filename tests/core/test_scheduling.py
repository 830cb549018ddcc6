"""Earliest deadline first, fair, and never for a listener that cannot take it."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.scheduling import Scheduler


@dataclass(eq=False)
class Listener:
    name: str
    silent_at: float = 0.0
    may_render: bool = True
    ahead_s: float = 5.0
    awaits_sound: bool = False

    def deadline(self, now: float) -> float:
        return self.silent_at


def submitted(*listeners: Listener, slots: int = 1) -> Scheduler:
    scheduler = Scheduler({"b": slots})
    for listener in listeners:
        scheduler.submit("b", listener)
    return scheduler


def test_the_listener_that_falls_silent_first_is_served_first() -> None:
    late, early = Listener("late", 3.0), Listener("early", 2.0)
    scheduler = submitted(late, early)
    assert scheduler.choose("b", now=0.0) is early


def test_among_equals_the_one_served_longest_ago_comes_first() -> None:
    first, second = Listener("first"), Listener("second")
    scheduler = submitted(first, second)
    order = []
    for _ in range(4):
        order.append(scheduler.choose("b", now=0.0))
        scheduler.release("b")
    assert order == [first, second, first, second]


def test_the_last_of_several_slots_is_not_for_a_second_segment_before_the_first_sound() -> None:
    early = Listener("early", 1.0)
    scheduler = submitted(early, slots=2)
    assert scheduler.choose("b", now=0.0) is early
    early.awaits_sound = True
    assert scheduler.choose("b", now=0.0) is None
    late = Listener("late", 2.0)
    scheduler.submit("b", late)
    assert scheduler.choose("b", now=0.0) is late


def test_a_listener_that_awaits_sound_is_served_from_slots_that_nobody_else_may_need() -> None:
    listener = Listener("one", awaits_sound=True)
    assert submitted(listener, slots=1).choose("b", now=0.0) is listener
    assert submitted(listener, slots=3).choose("b", now=0.0) is listener
    scheduler = submitted(listener, slots=2)
    assert scheduler.choose("b", now=0.0) is listener
    listener.awaits_sound = False
    assert scheduler.choose("b", now=0.0) is listener


def test_without_a_free_slot_no_listener_is_chosen() -> None:
    scheduler = submitted(Listener("one"), Listener("two"))
    assert scheduler.choose("b", now=0.0) is not None
    assert scheduler.choose("b", now=0.0) is None
    scheduler.release("b")
    assert scheduler.choose("b", now=0.0) is not None


def test_a_paused_or_full_listener_is_passed_over() -> None:
    full, other = Listener("full", 0.0, may_render=False), Listener("other", 9.0)
    scheduler = submitted(full, other)
    assert scheduler.choose("b", now=0.0) is other
    scheduler.withdraw("b", other)
    scheduler.release("b")
    assert scheduler.choose("b", now=0.0) is None


def test_a_listener_far_ahead_waits_only_while_another_is_not() -> None:
    far = Listener("far", silent_at=100.0)
    near = Listener("near", silent_at=104.0, ahead_s=10.0)
    scheduler = submitted(far, near)
    assert scheduler.choose("b", now=94.5) is near
    scheduler.withdraw("b", near)
    scheduler.release("b")
    assert scheduler.choose("b", now=94.5) is far


def test_a_backend_is_wanted_while_a_listener_waits_for_it() -> None:
    one = Listener("one")
    scheduler = submitted(one)
    assert scheduler.is_wanted("b")
    scheduler.withdraw("b", one)
    assert not scheduler.is_wanted("b")


def test_backends_do_not_share_slots() -> None:
    scheduler = Scheduler({"a": 1, "b": 1})
    one, two = Listener("one"), Listener("two")
    scheduler.submit("a", one)
    scheduler.submit("b", two)
    scheduler.submit("b", two)
    assert scheduler.choose("a", 0.0) is one
    assert scheduler.choose("b", 0.0) is two
    scheduler.withdraw("a", two)
    scheduler.release("b")
    scheduler.withdraw("b", two)
    assert scheduler.choose("b", 0.0) is None


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.integers(1, 3))
def test_every_listener_is_served_before_any_is_served_again(deadlines: list[float], slots: int) -> None:
    """Serving moves a listener's deadline on by what it was given, so nobody starves."""
    listeners = [Listener(str(n), silent_at) for n, silent_at in enumerate(deadlines)]
    scheduler = submitted(*listeners, slots=slots)
    served: list[Listener] = []
    for _ in range(len(listeners)):
        chosen = scheduler.choose("b", 0.0)
        assert isinstance(chosen, Listener)
        served.append(chosen)
        chosen.silent_at += 1000.0
        scheduler.release("b")
    assert set(served) == set(listeners)
    near = [listener for listener in served if listener.silent_at - 1000.0 <= 5.0]
    assert near == sorted(near, key=lambda listener: listener.silent_at)


def test_what_is_handed_out_is_busy_until_it_comes_back() -> None:
    scheduler = submitted(Listener("one"), slots=2)
    assert (scheduler.slots("b"), scheduler.busy("b")) == (2, 0)
    scheduler.choose("b", now=0.0)
    assert scheduler.busy("b") == 1
    scheduler.release("b")
    assert scheduler.busy("b") == 0
