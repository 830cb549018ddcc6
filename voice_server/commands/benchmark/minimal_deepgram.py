"""A minimal client of Deepgram's sockets: a hundred of them do not slow the server that they measure.

It streams one text as one turn; the speech of v1 (Aura) and v2 (Flux) is asked for in the same words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from voice_server.commands.benchmark.minimal_websocket import MinimalWebSocket, OnAudio, text_frame

_ENDED = '{"type":"Flushed"'
_FAILED = ('{"type":"Warning"', '{"type":"Error"')


def address_at(path: str) -> Callable[[str, Mapping[str, object]], str]:
    """Where a server speaks it: at a path of the same host, with what the query of its URL carries."""

    def address_of(url: str, _ready: Mapping[str, object]) -> str:
        parts, own = urlsplit(url), urlsplit(path)
        query = "&".join(each for each in (own.query, parts.query) if each)
        return parts._replace(path=own.path, query=query).geturl()

    return address_of


def encode(tokens: Sequence[str]) -> list[bytes]:
    """A message for each token, and the end of the turn."""
    frames = [text_frame(type="Speak", text=token) for token in tokens]
    frames[-1] += text_frame(type="Flush")
    return frames


class MinimalDeepgram:
    """One connection, which ends with the answer to one text."""

    def __init__(self, socket: MinimalWebSocket) -> None:
        self._socket = socket
        self.on_audio: OnAudio = lambda _n_bytes: None
        self.closed: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        socket.on_audio = self._hear
        socket.on_text = self._receive
        socket.closed.add_done_callback(
            lambda _: self._end("the server closed a connection before the end of its answer")
        )

    @classmethod
    async def open(cls, address: str) -> MinimalDeepgram:
        """Connect. Raises VoiceServerError when the server does not take the connection."""
        return cls(await MinimalWebSocket.open(address))

    def send(self, data: bytes) -> None:
        """Send what `encode` returned; does nothing when the connection is closing."""
        self._socket.send(data)

    def abort(self) -> None:
        """Drop the connection."""
        self._socket.abort()

    def _hear(self, n_bytes: int) -> None:
        self.on_audio(n_bytes)  # which may have been set meanwhile

    def _receive(self, text: str) -> None:
        if text.startswith(_ENDED):
            self._end(None)
            self._socket.abort()
        elif text.startswith(_FAILED):
            self._end(f"the server sent an error: {text}")

    def _end(self, error: str | None) -> None:
        if not self.closed.done():
            self.closed.set_result(error)
