"""What a client sends is read as it is meant, and what could not be taken is told."""

from __future__ import annotations

import json

import msgspec
import pytest

from voice_server.core.wire.client_messages import ClientMessage
from voice_server.core.wire.message_reader import MessageReader

FIRST, SECOND = "\ud83d", "\ude00"
Fields = dict[str, object]

THERE_ARE = "there are " + ", ".join(ClientMessage.__struct_fields__)


def _read(*messages: Fields, turn: str | None = "1") -> tuple[list[str | None], list[str]]:
    """The tokens as they are read one after the other, and the codes of all warnings."""
    reader = MessageReader()
    tokens = [reader.read(json.dumps(message), turn).token for message in messages]
    return tokens, [warning.code for warning in reader.take_warnings()]


@pytest.mark.parametrize(
    ("messages", "tokens"),
    [
        ([{"token": "a" + FIRST}, {"token": SECOND + "b"}], ["a", "😀b"]),
        ([{"token": FIRST}, {"token": SECOND, "end": True}], ["", "😀"]),
        ([{"token": FIRST}, {"ping": 1}, {"voice": "x"}, {"token": SECOND}], ["", None, None, "😀"]),
        ([{"token": FIRST}, {"token": SECOND + FIRST}, {"token": SECOND}], ["", "😀", "😀"]),
        ([{"token": FIRST, "turn": "1"}, {"token": SECOND, "turn": "1"}], ["", "😀"]),
        ([{"token": FIRST + SECOND}, {"token": "b"}], ["😀", "b"]),
    ],
)
def test_halves_in_two_tokens_of_a_turn_are_one_character(
    messages: list[Fields], tokens: list[str | None]
) -> None:
    assert _read(*messages) == (tokens, [])


@pytest.mark.parametrize(
    ("messages", "tokens"),
    [
        ([{"token": "a" + FIRST}, {"token": "b"}], ["a", "\ufffdb"]),
        ([{"token": SECOND + "b"}], ["\ufffdb"]),
        ([{"token": "a" + FIRST + "b"}, {"token": "c"}], ["a\ufffdb", "c"]),
        ([{"token": FIRST}, {"end": True}], ["", "\ufffd"]),
        ([{"token": FIRST}, {"flush": True}, {"token": "b"}], ["", "\ufffd", "b"]),
        ([{"token": FIRST, "done": True}], ["\ufffd"]),
        ([{"token": FIRST}, {"cancel": True}, {"token": "b"}], ["", None, "b"]),
        ([{"token": FIRST}, {"cancel": True, "token": "b"}], ["", "b"]),
        ([{"token": FIRST}, {"token": "b", "turn": "2"}], ["", "b"]),
        ([{"voice": FIRST}], [None]),
    ],
)
def test_a_half_that_is_alone_is_replaced_or_dropped_with_a_warning(
    messages: list[Fields], tokens: list[str | None]
) -> None:
    assert _read(*messages) == (tokens, ["lost_character"])


def test_an_unknown_key_hides_no_half() -> None:
    both: list[Fields] = [{"token": FIRST}, {"token": "b", "x": 1}]
    assert _read(*both) == (["", "\ufffdb"], ["unknown_key", "lost_character"])
    assert _read({"token": FIRST, "x": 1}, {"token": SECOND}) == (["", "😀"], ["unknown_key"])


def test_a_message_without_a_known_key_is_told_each_time_and_what_it_meant() -> None:
    reader = MessageReader()
    for _ in range(2):
        assert reader.read('{"text": "Hello.", "other": 1}', None) == ClientMessage()
        [warning] = reader.take_warnings()
        assert (warning.code, warning.message) == (
            "no_known_key",
            f"no key of this message is known: 'text' (here it is token), 'other'; {THERE_ARE}",
        )
    assert reader.take_warnings() == []


def test_an_unknown_key_beside_known_ones_is_told_once() -> None:
    reader = MessageReader()
    for _ in range(3):
        assert reader.read('{"token": "a", "sesion": 1}', None) == ClientMessage(token="a")
    assert [each.message for each in reader.take_warnings()] == [
        f"the key 'sesion' is not known; {THERE_ARE}"
    ]
    reader.read(json.dumps({"token": "a"} | {f"key {number}": 1 for number in range(100)}), None)
    assert len(reader.take_warnings()) == 19


@pytest.mark.parametrize("number", ["1" * 5000, "-" + "1" * 5000, "1" * 5000 + ".5", "1e999"])
@pytest.mark.parametrize(
    ("message", "token"),
    [('{"token":"a\\ud83d","zz":%s}', "a"), ('{"zz":[%s],"token":"a\\ude00"}', "a\ufffd")],
)
def test_a_half_is_read_whatever_number_an_unknown_key_has(message: str, token: str, number: str) -> None:
    reader = MessageReader()
    assert reader.read(message % number, None).token == token
    assert "unknown_key" in [each.code for each in reader.take_warnings()]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"token": 1}', '{"token": "\\ud83d', '{"token": 1, "x": "\\ud83d"}']
)
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        MessageReader().read(text, None)
