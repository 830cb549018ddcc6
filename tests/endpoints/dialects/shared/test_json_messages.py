"""The JSON messages of a dialect."""

from __future__ import annotations

import msgspec
import pytest

from voice_server.endpoints.dialects.shared.json_messages import JsonMessages
from voice_server.errors import RequestError


class Say(msgspec.Struct, tag_field="type", tag="say"):
    text: str


class Stop(msgspec.Struct, tag_field="type", tag="stop"):
    pass


class Plain(msgspec.Struct):
    count: int = 0


TAGGED: JsonMessages[Say | Stop] = JsonMessages(Say | Stop)
PLAIN: JsonMessages[Plain] = JsonMessages(Plain)


def test_messages_are_read_and_unknown_keys_ignored() -> None:
    assert TAGGED.read('{"type":"say","text":"Hi","more":1}') == Say("Hi")
    assert TAGGED.read('{"type":"stop"}') == Stop()
    assert PLAIN.read('{"count":3}') == Plain(3)


def test_half_a_character_is_replaced() -> None:
    assert TAGGED.read('{"type":"say","text":"a\\ud83d"}') == Say("a\ufffd")


@pytest.mark.parametrize(
    ("message", "code", "sentence"),
    [
        ('{"type":"sing"}', "invalid_message", "type must be one of say, stop, not 'sing'"),
        ('{"type":5}', "invalid_message", "type must be one of say, stop"),
        ('{"type":"say","text":3}', "invalid_message", "text must be a text"),
        ("{", "invalid_json", "a message must be one JSON object: Input data was truncated"),
        ("[" * 5000, "invalid_json", "a message must be one JSON object"),
        ("[]", "invalid_message", "a message must be one JSON object: Expected `object`, got `array`"),
        (b"{}", "wrong_kind", "messages to this address are JSON text, not binary"),
    ],
)
def test_what_is_wrong_is_a_sentence(message: str | bytes, code: str, sentence: str) -> None:
    with pytest.raises(RequestError) as caught:
        TAGGED.read(message)
    assert caught.value.message.startswith(sentence)
    assert caught.value.code in (code, "invalid_message")


def test_a_message_without_a_kind_is_read_as_its_struct() -> None:
    with pytest.raises(RequestError, match="count must be"):
        PLAIN.read('{"count":"x"}')
