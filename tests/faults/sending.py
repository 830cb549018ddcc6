"""What a client sends that keeps no rules: bytes, bodies, messages; what is answered is thrown away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress

from tests.endpoints.serving import UPGRADE
from tests.faults.attacking import ServerProcess

MAX_BODY_BYTES = 8 * 1024 * 1024
READ_S = 0.4
"""How long answers are read: what takes long begins at once, or is over."""


async def send_bytes(
    server: ServerProcess, data: bytes, *, behind: bytes = b"", read_s: float = READ_S
) -> bytes:
    """Send bytes on a bare connection; the last kilobyte of what came back within a time.

    `behind` is a request head that is sent, and answered, first.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    received = b""
    with suppress(TimeoutError, OSError, asyncio.IncompleteReadError):
        async with asyncio.timeout(read_s):
            if behind:
                writer.write(behind)
                await reader.readuntil(b"\r\n\r\n")
            writer.write(data)
            await writer.drain()
            while piece := await reader.read(1 << 16):
                received = (received + piece)[-1024:]
    writer.transport.abort()
    return received


async def post(
    server: ServerProcess,
    path: str,
    body: bytes | dict[str, object],
    media_type: str = "application/json",
    *,
    read_s: float = READ_S,
) -> bytes:
    """Send a request with a body, which may be JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {media_type}\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    return await send_bytes(server, head.encode() + content, read_s=read_s)


def frame(payload: bytes | Mapping[str, object], opcode: int = 1, *, final: bool = True) -> bytes:
    """A WebSocket frame of a client, with a mask of zeros; an object is sent as JSON."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    head = bytes(((0x80 if final else 0) | opcode,))
    if len(data) < 126:
        head += bytes((0x80 | len(data),))
    elif len(data) < 65_536:
        head += b"\xfe" + len(data).to_bytes(2, "big")
    else:
        head += b"\xff" + len(data).to_bytes(8, "big")
    return head + bytes(4) + data


async def send_frames(
    server: ServerProcess, frames: bytes | Iterable[Mapping[str, object]], *, read_s: float = READ_S
) -> bytes:
    """Open a WebSocket and send frames together, or objects as messages; the end of what came back."""
    data = frames if isinstance(frames, bytes) else b"".join(map(frame, frames))
    head = UPGRADE.replace(b"/stream-tokens", b"/stream-tokens?v=2")
    return await send_bytes(server, data, behind=head, read_s=read_s)
