"""A server's message says which it is, and leaves out what it does not have."""

from __future__ import annotations

import msgspec

from voice_server.core.wire.stream_messages import (
    SERVER_MESSAGES,
    DoneMessage,
    ErrorMessage,
    GeneratingMessage,
    ServerMessage,
)


def test_all_messages_are_listed_and_each_has_a_type_of_its_own() -> None:
    assert set(SERVER_MESSAGES) == set(ServerMessage.__subclasses__())
    tags = [each.__struct_config__.tag for each in SERVER_MESSAGES]
    assert len(set(tags)) == len(tags)


def test_the_type_comes_first_and_what_is_none_is_left_out() -> None:
    assert msgspec.json.encode(DoneMessage()) == b'{"type":"done"}'
    assert msgspec.json.encode(GeneratingMessage(sentence="Hi.", queue_depth=0)) == (
        b'{"type":"generating","sentence":"Hi.","queue_depth":0}'
    )
    assert msgspec.json.encode(ErrorMessage(msg="m", code="c", fatal=False)) == (
        b'{"type":"error","msg":"m","code":"c","fatal":false}'
    )
