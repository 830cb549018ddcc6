"""Bare addresses, and those under a prefix."""

from __future__ import annotations

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.endpoints.serving import run
from voice_server.endpoints.dialects.shared.dialect import (
    BareAddress,
    BareAddresses,
    Dialect,
    keyed_by_message,
)

BIRD = Dialect(
    name="bird",
    sockets={},
    bare=(
        BareAddress("/sing"),
        BareAddress("/voices", sign="bird-version"),
        BareAddress("/tts", kind="websocket"),
    ),
)


@pytest.mark.parametrize(
    ("path", "kind", "headers", "query", "wanted"),
    [
        ("/sing", "http", [], b"", "/bird/sing"),
        ("/sing/loud", "http", [], b"", "/bird/sing/loud"),
        ("/singing", "http", [], b"", "/singing"),
        ("/bird/sing", "http", [], b"", "/bird/sing"),
        ("/voices", "http", [], b"", "/voices"),
        ("/voices", "http", [(b"bird-version", b"1")], b"", "/bird/voices"),
        ("/voices", "http", [], b"a=1&bird_version=1", "/bird/voices"),
        ("/tts", "http", [], b"", "/tts"),
        ("/tts", "websocket", [], b"", "/bird/tts"),
        ("/tts", "lifespan", [], b"", "/tts"),
    ],
)
def test_a_request_of_the_dialect_gets_its_prefix(
    path: str, kind: str, headers: list[tuple[bytes, bytes]], query: bytes, wanted: str
) -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive, send
        seen.append(scope)

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        del message

    async def main() -> None:
        scope = {"type": kind, "path": path, "raw_path": path.encode()}
        scope |= {"headers": headers, "query_string": query}
        await BareAddresses(app, [BIRD])(scope, receive, send)

    run(main)
    assert (seen[0]["path"], seen[0]["raw_path"]) == (wanted, wanted.encode())


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/bird/sing/x", True),
        ("/bird/sing/x/", True),
        ("/bird/sing", False),
        ("/bird/sing/x/y", False),
        ("/sing/x", False),
    ],
)
def test_which_sockets_take_the_key_from_a_message(path: str, wanted: bool) -> None:
    keyed = Dialect(name="bird", sockets={}, keyed_by_message=("/bird/sing/{song}",))
    assert keyed_by_message([BIRD, keyed])({"path": path}) is wanted
