"""A minimal client of Wyoming, so cheap that a hundred of them do not slow the server that they measure.

It streams one text in chunks. Of sound only the length is passed on.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

from voice_server.commands.benchmark.minimal_websocket import OnAudio
from voice_server.errors import VoiceServerError

_DEFAULT_PORT = 10_200


def address_of(url: str, ready: Mapping[str, object]) -> str:
    """Where a server speaks Wyoming: as it says, else on the usual port of its host."""
    return str(ready.get("wyoming") or f"tcp://{urlsplit(url).hostname}:{_DEFAULT_PORT}")


def encode(tokens: Sequence[str]) -> list[bytes]:
    """A text in chunks, a token each."""
    events = [_event("synthesize-chunk", {"text": token}) for token in tokens]
    events[0] = _event("synthesize-start", {}) + events[0]
    events[-1] += _event("synthesize-stop", {})
    return events


def _event(kind: str, data: Mapping[str, object]) -> bytes:
    written = json.dumps(data, ensure_ascii=False).encode()
    return json.dumps({"type": kind, "data_length": len(written)}).encode() + b"\n" + written


class MinimalWyoming(asyncio.Protocol):
    """One connection, which ends with the answer to one text."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.received_at = 0.0
        self._to_pass = 0  # so many bytes of data and sound are still to come
        self.on_audio: OnAudio = lambda _n_bytes: None
        self.closed: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, address: str) -> MinimalWyoming:
        """Connect. Raises VoiceServerError when nobody listens."""
        parts = urlsplit(address)
        connecting = asyncio.get_running_loop().create_connection(
            cls, parts.hostname or "localhost", parts.port or _DEFAULT_PORT
        )
        try:
            return (await connecting)[1]
        except OSError:
            raise VoiceServerError(
                f"nobody speaks Wyoming at {address}; start a server with: voice-server serve --wyoming"
            ) from None

    def send(self, data: bytes) -> None:
        """Send bytes; does nothing when the connection is closing."""
        if not self._transport.is_closing():
            self._transport.write(data)

    def abort(self) -> None:
        """Drop the connection."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to send."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """An end before the end of the answer is an error."""
        del exc
        self._end("the server closed a connection before the end of its answer")

    def data_received(self, data: bytes) -> None:
        """Read the lines of events, and pass over what is behind them."""
        self.received_at = time.perf_counter()
        self._buffer += data
        while True:
            passed = min(self._to_pass, len(self._buffer))
            del self._buffer[:passed]
            self._to_pass -= passed
            end = -1 if self._to_pass else self._buffer.find(b"\n")
            if end < 0:
                return
            line = json.loads(self._buffer[:end])
            del self._buffer[: end + 1]
            self._receive(line)

    def _receive(self, line: dict[str, Any]) -> None:
        sound_bytes = line.get("payload_length") or 0
        self._to_pass = (line.get("data_length") or 0) + sound_bytes
        if sound_bytes:
            self.on_audio(sound_bytes)
        elif line["type"] == "synthesize-stopped":
            self._end(None)
            self._transport.close()
        elif line["type"] == "error":
            told = self._buffer[: line.get("data_length") or 0].decode(errors="replace")
            self._end(f"the server sent an error: {told}")

    def _end(self, error: str | None) -> None:
        if not self.closed.done():
            self.closed.set_result(error)
