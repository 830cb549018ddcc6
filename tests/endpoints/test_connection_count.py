"""The number of connections, of all and of each address, and the time without any."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from voice_server.config import Limits
from voice_server.endpoints.connection_count import _MOST_IN_A_MOMENT, ConnectionCount

STRANGER = "192.0.2.1"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def counting(*, makes_room: bool = False, **limits: Any) -> ConnectionCount:
    return ConnectionCount(Limits(**limits), lambda: makes_room, Clock())


def test_an_address_may_have_so_many_and_this_machine_as_many_as_all() -> None:
    count = counting(connections=10, connections_per_address=2)
    with ExitStack() as stack:
        for _ in range(2):
            assert not count.is_full(STRANGER)
            stack.enter_context(count.one_from(STRANGER))
        assert count.is_full(STRANGER)
        assert not count.is_full("192.0.2.2")
        for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1") * 2:
            assert not count.is_full(address)
            stack.enter_context(count.one_from(address))
    assert not count.is_full(STRANGER)


def test_beyond_the_limit_there_is_room_only_where_it_can_be_made() -> None:
    for makes_room in (False, True):
        count = counting(makes_room=makes_room, connections=2)
        with ExitStack() as stack:
            for _ in range(2):
                stack.enter_context(count.one_from("127.0.0.1"))
            assert count.is_full("127.0.0.1") is not makes_room
            assert count.is_full("127.0.0.1", may_make_room=False)


def test_room_is_not_promised_without_an_end() -> None:
    count = counting(makes_room=True, connections=2)
    with ExitStack() as stack:
        for _ in range(2 + _MOST_IN_A_MOMENT):
            assert not count.is_full("127.0.0.1")
            stack.enter_context(count.one_from("127.0.0.1"))
        assert count.is_full("127.0.0.1")


def test_the_time_without_connections_runs_from_the_end_of_the_last_one() -> None:
    clock = Clock()
    count = ConnectionCount(Limits(), lambda: False, clock)
    clock.now = 130.0
    assert count.idle_s() == 30.0
    with count.one_from("a"):
        with count.one_from("b"):
            clock.now = 150.0
        assert count.idle_s() == 0.0
        clock.now = 170.0
    clock.now = 171.0
    assert count.idle_s() == 1.0


def test_room_that_was_promised_is_owed_until_as_many_have_gone() -> None:
    count = counting(makes_room=True, connections=1)
    with count.one_from("127.0.0.1"):
        assert not count.is_over
        with count.one_from("127.0.0.1"):
            assert count.is_over
        assert not count.is_over


def test_those_that_have_not_asked_for_anything_leave_room_to_those_that_have() -> None:
    count = counting(makes_room=True, connections=10)
    with ExitStack() as stack:
        for _ in range(10 + _MOST_IN_A_MOMENT // 2):
            assert not count.is_full("127.0.0.1", has_asked=False)
            stack.enter_context(count.one_from("127.0.0.1"))
        assert count.is_full("127.0.0.1", has_asked=False)
        assert not count.is_full("127.0.0.1")
