"""`AppState`: what all endpoints share, the service and the work that a drain waits for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.websockets import WebSocket

from voice_server.endpoints.websocket.stream_connection import TRY_LATER, StreamConnection, session_for
from voice_server.endpoints.websocket.url_stream import stream
from voice_server.errors import Busy
from voice_server.playback.loudspeakers import Loudspeakers
from voice_server.speech import SpeechService


class AppState:
    """The endpoints of one service, and the connections and requests that a drain waits for."""

    def __init__(self, service: SpeechService, loudspeakers: Loudspeakers) -> None:
        self.service = service
        self.loudspeakers = loudspeakers
        self.is_draining = False
        self._connections: set[StreamConnection] = set()
        self._answers = 0
        self._one_left = asyncio.Event()

    async def stream_tokens(self, websocket: WebSocket) -> None:
        """`/stream-tokens`."""
        await websocket.accept()
        if self.is_draining:
            await websocket.close(TRY_LATER)
            return
        connection = StreamConnection(websocket, self.service, session_for(websocket.query_params))
        self._connections.add(connection)
        try:
            await connection.run()
        finally:
            self._connections.discard(connection)
            self._one_left.set()

    async def stream(self, websocket: WebSocket) -> None:
        """`/stream`."""
        await websocket.accept()
        await stream(websocket, self.service)

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Count a request that speaks. Raises Busy while the server is going down."""
        if self.is_draining:
            raise Busy("the server is going down and takes no new work", retry_after_ms=5000)
        self._answers += 1
        try:
            yield
        finally:
            self._answers -= 1
            self._one_left.set()

    async def drain(self, limit_s: float) -> None:
        """Take no more work; return when what is open has been spoken, after `limit_s` at the latest."""
        self.is_draining = True
        for connection in self._connections:
            connection.drain(int(limit_s * 1000))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while self._connections or self._answers:
                    self._one_left.clear()
                    await self._one_left.wait()
                await self.loudspeakers.drain()
