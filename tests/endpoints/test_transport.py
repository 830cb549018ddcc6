"""Limits on connections that never become requests."""

from __future__ import annotations

import asyncio
import contextlib

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.endpoints.serving import converse, run, served


def test_a_handshake_that_does_not_end_is_dropped() -> None:
    async def main() -> None:
        async with served(config=config_of("one", handshake_s=0.1)) as server:
            slow = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(5)]
            for _, writer in slow[1:]:
                writer.write(b"GET /stream-tokens HTTP/1.1\r\nHost: local")
            async with server.connect() as socket:
                for reader, writer in slow:
                    with contextlib.suppress(ConnectionResetError):
                        assert await reader.read() == b""
                    writer.close()
                assert (await converse(socket, {"done": True})).close_code == 1000

    run(main)


def test_a_client_that_leaves_its_answer_unread_is_dropped_and_its_render_stopped() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, frames=1)
        config = config_of("one", stalled_reader_s=0.2)
        async with served(pool, config=config) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
            body = b'{"text":"' + b"One is here. " * 20_000 + b'","format":"pcm"}'
            head = f"POST /tts/stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
            while not server.service.open_speeches:
                await asyncio.sleep(0.001)
            while server.service.open_speeches:
                await asyncio.sleep(0.01)
            assert len(pool.rendered) < 20_000
            with contextlib.suppress(ConnectionResetError):
                while await reader.read(65536):
                    pass
            writer.close()

    run(main)
