"""What was sent last can be sent again, as far as it is kept."""

from __future__ import annotations

import pytest

from voice_server.core.wire.message_log import MessageLog


@pytest.mark.parametrize("received", range(5))
def test_what_is_behind_the_received_messages_is_handed_out_in_order(received: int) -> None:
    log = MessageLog(100)
    messages: list[str | bytes] = ["one", b"two", "three", b"four"]
    for message in messages:
        log.add(message)
    assert log.reaches(received)
    assert log.after(received) == messages[received:]


def test_the_oldest_are_forgotten_first_and_the_last_is_always_kept() -> None:
    log = MessageLog(6)
    for message in ("aaa", b"bbb", "ccc"):
        log.add(message)
    assert [log.reaches(received) for received in range(5)] == [False, True, True, True, False]
    assert log.after(1) == log.kept == [b"bbb", "ccc"]
    log.add("longer than all that may be kept")
    assert log.after(3) == ["longer than all that may be kept"]
    assert not log.reaches(2)


def test_a_log_may_begin_later_than_its_session() -> None:
    log = MessageLog(100, sent=2)
    log.add("third")
    assert (log.sent, log.reaches(1), log.after(2)) == (3, False, ["third"])
