"""A minimal WebSocket client, so cheap that a hundred of them do not slow the server that they measure.

Messages to send are framed once, for all clients; masks are zero, which a server cannot tell from random
ones. Of a binary frame only the length is passed on, a text frame is decoded. There are no extensions, and
fragmented messages, which the server never sends, are an error.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

from voice_server.errors import VoiceServerError

_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_FINAL, _MASKED = 0x80, 0x80
_ZERO_MASK = bytes(4)
_ABNORMAL_CLOSURE = 1006
_HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)

OnText = Callable[[str], None]
OnAudio = Callable[[int], None]


def text_frame(**message: Any) -> bytes:
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


class MinimalWebSocket(asyncio.Protocol):
    """One connection; calls `on_text` and `on_audio` on the event loop.

    `opened` is done after the handshake, `closed`, with the close code, at the end of the connection;
    `received_at` is when the bytes that are being looked at were read, in seconds.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._buffer = bytearray()
        self._is_open = False
        self._ponged = asyncio.Event()
        self.received_at = 0.0
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.on_text: OnText = lambda _text: None
        self.on_audio: OnAudio = lambda _n_bytes: None

    @classmethod
    async def open(cls, address: str) -> MinimalWebSocket:
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
        """Send what `text_frame` returned; does nothing when the connection is closing."""
        if not self._transport.is_closing():
            self._transport.write(frames)

    async def until_read(self) -> None:
        """Wait until the server has read all that was sent, or is gone: a ping is answered in its turn."""
        self._ponged.clear()
        self.send(_frame(_PING, b""))
        answered = asyncio.ensure_future(self._ponged.wait())
        await asyncio.wait((answered, self.closed), return_when=asyncio.FIRST_COMPLETED)
        answered.cancel()

    def abort(self) -> None:
        """Drop the connection without a closing handshake."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the opening handshake."""
        self._transport = cast("asyncio.Transport", transport)
        parts = urlsplit(self._address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        self._transport.write(_HANDSHAKE.format(path=path, host=parts.netloc).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        """Complete `opened` and `closed`."""
        del exc
        if not self.opened.done():
            self.opened.set_exception(
                VoiceServerError(f"the server at {self._address} refused the connection")
            )
        if not self.closed.done():
            self.closed.set_result(_ABNORMAL_CLOSURE)

    def data_received(self, data: bytes) -> None:
        """Dispatch every frame that is complete."""
        self.received_at = time.perf_counter()
        self._buffer += data
        at = 0
        if not self._is_open:
            at = self._read_handshake()
        while self._is_open and (end := self._read_frame(at)):
            at = end
        if at:
            del self._buffer[:at]

    def _read_handshake(self) -> int:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return 0
        if not self._buffer.startswith(b"HTTP/1.1 101"):
            self._transport.abort()
            return 0
        self._is_open = True
        self.opened.set_result(None)
        return end + 4

    def _read_frame(self, at: int) -> int:
        """Dispatch the frame at `at`; return where the next one begins, 0 while this one is not complete."""
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
        self._dispatch(buffer[at], start, end)
        return end

    def _dispatch(self, first_byte: int, start: int, end: int) -> None:
        opcode = first_byte & 0x0F
        if opcode == _BINARY:
            self.on_audio(end - start)
        elif opcode == _TEXT:
            self.on_text(self._buffer[start:end].decode())
        elif opcode == _PING:
            self._transport.write(_frame(_PONG, bytes(self._buffer[start:end])))
        elif opcode == _PONG:
            self._ponged.set()
        elif opcode == _CLOSE:
            if not self.closed.done():
                self.closed.set_result(int.from_bytes(self._buffer[start : start + 2], "big"))
            self._transport.write(_frame(_CLOSE, bytes(self._buffer[start : start + 2])))
            self._transport.close()
        else:
            raise VoiceServerError(
                f"the server sent a frame with the opcode {opcode}, which nobody asked for"
            )
