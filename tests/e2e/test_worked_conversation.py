"""The conversation in docs/protocol.md is one that a client can have."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.e2e.live import live_server

PROTOCOL = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (client|server) \| (?:`(\{.*?\})`|binary) \|", PROTOCOL, re.MULTILINE)


async def next_of(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a kind; others, which the document leaves out, are passed over."""
    async for message in socket:
        told = {"type": "binary"} if isinstance(message, bytes) else json.loads(message)
        if told["type"] == kind:
            return dict(told)
    pytest.fail(f"the server never sent {kind}")


@pytest.mark.timeout(60)
def test_the_server_says_what_the_document_says() -> None:
    async def main(url: str) -> None:
        async with connect(url) as socket:
            for speaker, message in ROWS:
                if speaker == "client":
                    await socket.send(message)
                else:
                    shown = json.loads(message) if message else {"type": "binary"}
                    told = await next_of(socket, shown["type"])
                    assert {key: told[key] for key in shown} == shown

    assert len(ROWS) > 15
    with live_server() as url:
        asyncio.run(main(url.replace("http", "ws") + "/stream-tokens"))
