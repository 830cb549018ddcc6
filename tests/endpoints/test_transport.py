"""Limits on connections that never become requests."""

from __future__ import annotations

import asyncio
import contextlib

from tests.arithmetic_pool import config_of
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
