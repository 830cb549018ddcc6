"""A real server on a loopback port over the arithmetic pool, and a client that keeps every message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.arithmetic_pool import ArithmeticPool, config_of
from voice_server.config import Config
from voice_server.endpoints.app_state import AppState
from voice_server.plugins.plugins import Plugins
from voice_server.serving.composition import listening
from voice_server.serving.listening_socket import bind
from voice_server.speech import SpeechService

Message = dict[str, Any]

UPGRADE = b"\r\n".join(
    (
        b"GET /stream-tokens HTTP/1.1",
        b"Host: localhost",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        b"Sec-WebSocket-Version: 13",
        b"\r\n",
    )
)
"""The request that makes a bare connection a WebSocket."""


@dataclass
class Served:
    """Where the server is, and what is behind it."""

    port: int
    service: SpeechService
    state: AppState
    pool: ArithmeticPool

    def url(self, path: str = "/stream-tokens") -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    def client(self, **options: Any) -> httpx.AsyncClient:
        """A client of the HTTP routes, which takes paths."""
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=10, **options)

    def connect(self, path: str = "/stream-tokens", **options: Any) -> connect:
        return connect(self.url(path), compression=None, max_size=None, **options)


@dataclass
class Received:
    """Everything that a server said on one connection."""

    messages: list[str | bytes] = field(default_factory=list)
    close_code: int | None = None

    @property
    def texts(self) -> list[str]:
        return [message for message in self.messages if isinstance(message, str)]

    @property
    def json(self) -> list[Message]:
        return [json.loads(text) for text in self.texts]

    @property
    def audio(self) -> bytes:
        return b"".join(message for message in self.messages if isinstance(message, bytes))

    def of(self, kind: str) -> list[Message]:
        return [message for message in self.json if message.get("type") == kind]


@asynccontextmanager
async def served(
    pool: ArithmeticPool | None = None,
    config: Config | None = None,
    plugins: Plugins | None = None,
    **guard: Any,
) -> AsyncIterator[Served]:
    pool = pool or ArithmeticPool(frame_s=0.0)
    listener = bind("127.0.0.1", 0)
    async with (
        SpeechService(pool, config or config_of(*pool.names), plugins=plugins) as service,
        listening(service, listener, **guard) as state,
    ):
        yield Served(listener.getsockname()[1], service, state, pool)


async def listen(
    socket: ClientConnection, *, until: str | None = None, received: Received | None = None
) -> Received:
    """Collect messages until one of type `until` came, or the server closed."""
    received = received or Received()
    try:
        async for message in socket:
            received.messages.append(message)
            if until is not None and isinstance(message, str) and json.loads(message).get("type") == until:
                return received
    except websockets.ConnectionClosed:
        pass
    received.close_code = socket.close_code
    return received


async def converse(socket: ClientConnection, *messages: object) -> Received:
    """Send messages (objects as JSON, text and bytes as they are) and listen until the server closes."""
    for message in messages:
        await socket.send(message if isinstance(message, str | bytes) else json.dumps(message))
    return await listen(socket)


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a test on a real loop with a limit."""

    async def limited() -> None:
        async with asyncio.timeout(15):
            await main()

    asyncio.run(limited())
