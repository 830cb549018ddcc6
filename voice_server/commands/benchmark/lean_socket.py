"""A WebSocket client that costs next to nothing, so that a hundred of them do not slow what they measure.

Messages to send are framed once, for all clients; masks are zero, which a server cannot tell from random
ones. Frames that come are handed on as they stand: audio as a number of bytes, everything else as text. There
are no extensions, and what the server never sends (fragments) is an error.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

from voice_server.errors import VoiceServerError

_TEXT, _BINARY, _CLOSE, _PING = 1, 2, 8, 9
_FINAL, _MASKED = 0x80, 0x80
_ZERO_MASK = bytes(4)
_HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)

OnText = Callable[[str], None]
OnAudio = Callable[[int], None]


def framed(**message: Any) -> bytes:
    """Return a JSON message as the bytes of its frame."""
    payload = json.dumps(message, separators=(",", ":")).encode()
    return _frame(_TEXT, payload)


def _frame(opcode: int, payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        head = bytes([_FINAL | opcode, _MASKED | length])
    elif length < 65_536:
        head = bytes([_FINAL | opcode, _MASKED | 126]) + length.to_bytes(2, "big")
    else:
        head = bytes([_FINAL | opcode, _MASKED | 127]) + length.to_bytes(8, "big")
    return head + _ZERO_MASK + payload


class LeanSocket(asyncio.Protocol):
    """One connection; calls `on_text` and `on_audio` from inside the loop.

    `opened` is done after the handshake, `closed`, with the code, when it is over.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._buffer = bytearray()
        self._is_open = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.on_text: OnText = lambda _text: None
        self.on_audio: OnAudio = lambda _n_bytes: None

    @classmethod
    async def open(cls, address: str) -> LeanSocket:
        """Connect. Raises VoiceServerError when the server does not take the connection."""
        parts = urlsplit(address)
        connecting = asyncio.get_running_loop().create_connection(
            lambda: cls(address), parts.hostname or "localhost", parts.port or 80
        )
        try:
            _, socket = await connecting
        except OSError:
            raise VoiceServerError(f"no server at {address}; start one with: voice-server serve") from None
        await socket.opened
        return socket

    def send(self, frames: bytes) -> None:
        """Send what `framed` made; a server that has hung up gets nothing, and `closed` tells."""
        if not self._transport.is_closing():
            self._transport.write(frames)

    def abort(self) -> None:
        """Leave without a word."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask to be a WebSocket."""
        self._transport = cast("asyncio.Transport", transport)
        parts = urlsplit(self._address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        self._transport.write(_HANDSHAKE.format(path=path, host=parts.netloc).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that it is over."""
        del exc
        if not self.opened.done():
            self.opened.set_exception(
                VoiceServerError(f"the server at {self._address} refused the connection")
            )
        if not self.closed.done():
            self.closed.set_result(1006)

    def data_received(self, data: bytes) -> None:
        """Hand on every frame that is complete."""
        self._buffer += data
        at = 0
        if not self._is_open:
            at = self._accepted()
        while self._is_open and (end := self._take(at)):
            at = end
        if at:
            del self._buffer[:at]

    def _accepted(self) -> int:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return 0
        if not self._buffer.startswith(b"HTTP/1.1 101"):
            self._transport.abort()
            return 0
        self._is_open = True
        self.opened.set_result(None)
        return end + 4

    def _take(self, at: int) -> int:
        """Take the frame at `at`; return where the next one begins, 0 while this one is not complete."""
        buffer = self._buffer
        if len(buffer) < at + 2:
            return 0
        length, start = buffer[at + 1], at + 2
        if length >= 126:
            size = 2 if length == 126 else 8
            if len(buffer) < start + size:
                return 0
            length = int.from_bytes(buffer[start : start + size], "big")
            start += size
        end = start + length
        if len(buffer) < end:
            return 0
        self._hand_on(buffer[at], start, end)
        return end

    def _hand_on(self, first_byte: int, start: int, end: int) -> None:
        opcode = first_byte & 0x0F
        if opcode == _BINARY:
            self.on_audio(end - start)
        elif opcode == _TEXT:
            self.on_text(self._buffer[start:end].decode())
        elif opcode == _PING:
            self._transport.write(_frame(_PING + 1, bytes(self._buffer[start:end])))
        elif opcode == _CLOSE:
            if not self.closed.done():
                self.closed.set_result(int.from_bytes(self._buffer[start : start + 2], "big"))
            self._transport.write(_frame(_CLOSE, bytes(self._buffer[start : start + 2])))
            self._transport.close()
        else:
            raise VoiceServerError(
                f"the server sent a frame with the opcode {opcode}, which nobody asked for"
            )
