"""What a client of Wyoming sends that keeps no rules."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from tests.faults.attacking import ServerProcess

Attack = Callable[[ServerProcess], Coroutine[Any, Any, object]]
READ_S = 0.4
"""How long answers are read: what takes long begins at once, or is over."""


def event(kind: str, **data: object) -> bytes:
    """An event with its data behind the line."""
    written = json.dumps(data, ensure_ascii=False).encode()
    return json.dumps({"type": kind, "data_length": len(written)}).encode() + b"\n" + written


def sent(data: bytes, *, code: str | None = None, connections: int = 1, read_s: float = READ_S) -> Attack:
    """Bytes on connections of their own; the end of each answer has the code of an error, if one is named."""

    async def one(server: ServerProcess) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.wyoming_port)
        received = b""
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(read_s):
                writer.write(data)
                await writer.drain()
                while piece := await reader.read(1 << 16):
                    received = (received + piece)[-4096:]
        writer.transport.abort()
        return received

    async def attack(server: ServerProcess) -> None:
        answers = await asyncio.gather(*(one(server) for _ in range(connections)))
        if code is not None:
            assert all(f'"code":"{code}"'.encode() in answer for answer in answers), answers

    return attack
