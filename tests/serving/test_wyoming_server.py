"""The second address beside uvicorn's: it begins and ends with the server."""

from __future__ import annotations

import asyncio

import pytest
from wyoming.client import AsyncTcpClient
from wyoming.info import Describe
from wyoming.tts import Synthesize

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.dialects.wyoming.wyoming_client import receive, send
from tests.endpoints.serving import run, served
from voice_server.serving.listening_socket import bind
from voice_server.serving.wyoming_server import wyoming_listening


def test_it_listens_while_the_context_lasts_and_then_ends_every_connection() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.05)
        listener = bind("127.0.0.1", 0)
        port = listener.getsockname()[1]
        async with served(pool) as server:
            async with wyoming_listening(server.state, listener):
                speaking, idle = AsyncTcpClient("127.0.0.1", port), AsyncTcpClient("127.0.0.1", port)
                await speaking.connect()
                await idle.connect()
                await send(idle, Describe())
                assert (await receive(idle, "info")).types == ["info"]
                await send(speaking, Synthesize("This is spoken for a while."))
                await receive(speaking, "audio-chunk")
            for client in (speaking, idle):
                with pytest.raises(ConnectionError):
                    await _until_gone(client)
            while server.service.open_speeches:
                await asyncio.sleep(0.001)
            with pytest.raises(ConnectionError):
                await AsyncTcpClient("127.0.0.1", port).connect()

    run(main)


async def _until_gone(client: AsyncTcpClient) -> None:
    """Read until the other end is gone; a reset is one, and so is an end. Raises ConnectionError."""
    while await client.read_event() is not None:
        pass
    await client.disconnect()
    raise ConnectionError


def test_without_a_socket_nothing_listens() -> None:
    async def main() -> None:
        async with served() as server, wyoming_listening(server.state, None):
            assert server.state.connections.idle_s() >= 0

    run(main)
