"""A call that pushes, read as an iterator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event

import pytest

from tts_backends.espeak.pulling import _AHEAD, PullThread


@pytest.fixture
def thread() -> Iterator[PullThread]:
    thread = PullThread("test")
    yield thread
    thread.close()


def counting(up_to: int) -> Callable[[Callable[[int], bool]], None]:
    def push(give: Callable[[int], bool]) -> None:
        for number in range(up_to):
            if give(number):
                return

    return push


@pytest.mark.parametrize("items", [0, 1, 5, 10 * _AHEAD])
def test_every_item_comes_once_and_in_order(thread: PullThread, items: int) -> None:
    assert list(thread.pull(counting(items))) == list(range(items))


def test_calls_follow_each_other(thread: PullThread) -> None:
    assert [list(thread.pull(counting(3))) for _ in range(20)] == [[0, 1, 2]] * 20


def test_an_exception_comes_after_the_items_before_it(thread: PullThread) -> None:
    def push(give: Callable[[int], bool]) -> None:
        give(1)
        raise ZeroDivisionError

    items = thread.pull(push)
    assert next(items) == 1
    with pytest.raises(ZeroDivisionError):
        next(items)
    assert list(thread.pull(counting(2))) == [0, 1]


def test_closing_stops_the_call_before_it_returns(thread: PullThread) -> None:
    over = Event()

    def push(give: Callable[[int], bool]) -> None:
        while not give(0):
            pass
        over.set()

    items = thread.pull(push)
    next(items)
    items.close()
    assert over.is_set()


def test_a_reader_that_stands_still_holds_up_the_call(thread: PullThread) -> None:
    given: list[int] = []
    full = Event()

    def push(give: Callable[[int], bool]) -> None:
        for number in range(10 * _AHEAD):
            given.append(number)
            if number == _AHEAD + 1:
                full.set()
            if give(number):
                return

    items = thread.pull(push)
    next(items)
    assert full.wait(10)
    assert len(given) <= _AHEAD + 3
    assert list(items) == list(range(1, 10 * _AHEAD))


def test_a_call_that_waits_for_room_is_stopped_by_closing(thread: PullThread) -> None:
    full = Event()

    def push(give: Callable[[int], bool]) -> None:
        number = 0
        while not give(number):
            number += 1
            if number == _AHEAD:
                full.set()

    items = thread.pull(push)
    next(items)
    assert full.wait(10)
    items.close()
    assert list(thread.pull(counting(1))) == [0]


def test_what_is_never_read_never_runs(thread: PullThread) -> None:
    ran = Event()

    def push(give: Callable[[int], bool]) -> None:
        ran.set()

    thread.pull(push).close()
    assert list(thread.pull(counting(1))) == [0]
    assert not ran.is_set()
