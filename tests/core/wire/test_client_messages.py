"""What a version of `/stream-tokens` reads of a message, and which values it takes."""

from __future__ import annotations

import msgspec
import pytest

from voice_server.core.wire.client_messages import (
    PROTOCOL_VERSIONS,
    ClientMessage,
    StreamFormat,
    check_values,
    is_text_alone,
)
from voice_server.errors import RequestError

_EVERYTHING: dict[str, object] = {
    "v": 1, "voice": 7, "backend": "b", "lang": "de", "opts": {"speed": 1.0}, "timestamps": "word",
    "markup": "speak", "format": {"rate": 8000}, "max_wait_ms": 5, "first_segment": "clause", "ahead_s": 1,
    "ssml": True, "normalize": ["dates"], "script": "keep", "code": "skip", "sentence_pause_ms": 5,
    "emoji": "say", "citations": "say", "speakers": {"Anna": "a", "Bob": {"voice": 2}, "Teller": None},
    "pronunciations": {"GIF": "jif"},
    "on_new_turn": "preempt", "keep_s": 5, "token": "t", "turn": "a", "flush": True, "id": 1, "end": True,
    "cancel": True, "played_ms": 1, "pause": True, "resume": True, "ping": 1, "done": True,
}  # fmt: skip


def _decoded(fields: dict[str, object]) -> ClientMessage:
    return msgspec.json.decode(msgspec.json.encode(fields), type=ClientMessage)


def _present(message: ClientMessage) -> set[str]:
    return {key for key in message.__struct_fields__ if getattr(message, key) is not None}


def test_version_1_reads_six_keys() -> None:
    read = PROTOCOL_VERSIONS[1].read(_decoded(_EVERYTHING))
    assert _present(read) == {"v", "voice", "backend", "opts", "token", "done"}


def test_version_2_reads_every_key() -> None:
    message = _decoded(_EVERYTHING)
    assert _present(message) == set(_EVERYTHING) == set(ClientMessage.__struct_fields__)
    assert PROTOCOL_VERSIONS[2].read(message) is message


def test_unknown_keys_are_ignored() -> None:
    assert _decoded({"token": "t", "someday": 1}) == ClientMessage(token="t")


@pytest.mark.parametrize("key", [key for key in _EVERYTHING if key != "token"])
def test_text_alone_has_no_other_key(key: str) -> None:
    assert is_text_alone(_decoded({"token": "t"}))
    assert not is_text_alone(_decoded({"token": "t", key: _EVERYTHING[key]}))
    assert not is_text_alone(_decoded({}))


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (ClientMessage(max_wait_ms=60_001), "invalid_message"),
        (ClientMessage(ahead_s=-0.1), "invalid_message"),
        (ClientMessage(keep_s=60.1), "invalid_message"),
        (ClientMessage(sentence_pause_ms=10_001), "invalid_message"),
        (ClientMessage(played_ms=float("inf")), "invalid_message"),
        (ClientMessage(format=StreamFormat(rate=1)), "unknown_format"),
        (ClientMessage(format=StreamFormat(encoding="flac")), "unknown_format"),
    ],
)
def test_a_value_out_of_range_has_a_code(message: ClientMessage, code: str) -> None:
    with pytest.raises(RequestError) as caught:
        check_values(message)
    assert caught.value.code == code


def test_the_ends_of_a_range_are_in_it() -> None:
    check_values(_decoded(_EVERYTHING | {"max_wait_ms": 60_000, "ahead_s": 600, "played_ms": 0}))
    check_values(ClientMessage(max_wait_ms=0, ahead_s=0, format=StreamFormat(rate=48_000)))
