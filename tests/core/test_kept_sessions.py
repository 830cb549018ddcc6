"""Sessions are kept as long as they may be, and the one that was lost first makes room."""

from __future__ import annotations

from voice_server.core.kept_sessions import KeptSessions


def test_a_session_is_there_until_the_time_after_its_loss_is_over() -> None:
    kept: KeptSessions[str] = KeptSessions(2)
    assert kept.admit("a", "A") == []
    loss = kept.lose("a")
    assert kept.get("a") == "A"
    assert kept.expire("a", loss) == "A"
    assert kept.get("a") is None
    assert kept.expire("a", loss) is None


def test_a_session_that_was_taken_up_is_not_ended_for_an_earlier_loss() -> None:
    kept: KeptSessions[str] = KeptSessions(2)
    kept.admit("a", "A")
    first = kept.lose("a")
    kept.take_up("a")
    assert kept.expire("a", first) is None
    second = kept.lose("a")
    assert kept.expire("a", first) is None
    assert kept.expire("a", second) == "A"


def test_the_one_that_was_lost_first_makes_room_and_none_with_a_connection_does() -> None:
    kept: KeptSessions[str] = KeptSessions(3)
    for name in "abc":
        kept.admit(name, name.upper())
    kept.lose("b")
    kept.lose("a")
    assert kept.admit("d", "D") == ["B"]
    assert kept.admit("e", "E") == ["A"]
    assert kept.admit("f", "F") is None
    assert [name for name in "abcdef" if kept.get(name)] == ["c", "d", "e"]


def test_a_session_that_is_over_is_forgotten() -> None:
    kept: KeptSessions[str] = KeptSessions(1)
    kept.admit("a", "A")
    kept.forget("a")
    kept.forget("a")
    assert kept.admit("b", "B") == []


def test_all_without_a_connection_can_be_ended_at_once() -> None:
    kept: KeptSessions[str] = KeptSessions(3)
    for name in "abc":
        kept.admit(name, name.upper())
    kept.lose("c")
    kept.lose("a")
    assert kept.end_lost() == ["A", "C"]
    assert [name for name in "abc" if kept.get(name)] == ["b"]


def test_where_there_is_no_room_at_all_none_is_kept() -> None:
    assert KeptSessions[str](0).admit("a", "A") is None
