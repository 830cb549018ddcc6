"""Lanes leave in the order in which they were opened, whatever came first."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.speech.reordering import ReorderBuffer


def drain(reorder: ReorderBuffer[int, str]) -> list[tuple[int, str]]:
    taken: list[tuple[int, str]] = []
    while (head := reorder.head) is not None:
        if (item := reorder.take()) is not None:
            taken.append((head, item))
        elif reorder.head_is_complete:
            reorder.advance()
        else:
            break
    return taken


@given(lanes=st.lists(st.lists(st.text(max_size=2), max_size=4), max_size=6), seed=st.integers(0, 2**32))
def test_any_interleaving_comes_out_as_the_lanes_one_after_the_other(
    lanes: list[list[str]], seed: int
) -> None:
    rng = random.Random(seed)
    reorder: ReorderBuffer[int, str] = ReorderBuffer()
    for key in range(len(lanes)):
        reorder.open(key)
    steps = [(key, position) for key, items in enumerate(lanes) for position in range(len(items) + 1)]
    waiting = dict.fromkeys(range(len(lanes)), 0)
    taken: list[tuple[int, str]] = []
    for key, _ in sorted(steps, key=lambda _step: rng.random()):
        position = waiting[key]
        waiting[key] += 1
        if position < len(lanes[key]):
            assert reorder.put(key, lanes[key][position])
        else:
            reorder.close(key)
        taken += drain(reorder)
    assert taken == [(key, item) for key, items in enumerate(lanes) for item in items]
    assert not reorder


def test_an_item_for_a_lane_that_is_closed_or_gone_is_refused() -> None:
    reorder: ReorderBuffer[str, int] = ReorderBuffer()
    assert not reorder.put("never opened", 1)
    reorder.open("a")
    reorder.close("a")
    assert not reorder.put("a", 1)
    reorder.close("never opened")


def test_a_lane_cannot_be_opened_twice() -> None:
    reorder: ReorderBuffer[str, int] = ReorderBuffer()
    reorder.open("a")
    with pytest.raises(ValueError, match="open already"):
        reorder.open("a")


def test_a_dropped_lane_gives_back_its_items_and_lets_the_next_one_through() -> None:
    reorder: ReorderBuffer[str, int] = ReorderBuffer()
    for key in ("a", "b"):
        reorder.open(key)
    reorder.put("a", 1)
    reorder.put("b", 2)
    assert "a" in reorder
    assert list(reorder) == ["a", "b"]
    assert reorder.drop("a") == [1]
    assert reorder.drop("a") == []
    assert (reorder.head, reorder.peek(), reorder.take()) == ("b", 2, 2)
    assert len(reorder) == 1


def test_a_lane_with_something_in_it_cannot_be_left() -> None:
    reorder: ReorderBuffer[str, int] = ReorderBuffer()
    reorder.open("a")
    with pytest.raises(ValueError, match="not complete"):
        reorder.advance()
    reorder.put("a", 1)
    reorder.close("a")
    with pytest.raises(ValueError, match="not complete"):
        reorder.advance()


def test_clear_returns_everything_in_order() -> None:
    reorder: ReorderBuffer[str, int] = ReorderBuffer()
    for key in ("a", "b"):
        reorder.open(key)
    for key, item in (("b", 3), ("a", 1), ("a", 2)):
        reorder.put(key, item)
    assert reorder.clear() == [1, 2, 3]
    assert reorder.head is None
    assert reorder.peek() is None
    assert reorder.take() is None
