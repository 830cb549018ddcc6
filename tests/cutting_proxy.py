"""A proxy between a client and a server that cuts connections off where it is told, without a good-bye."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress


class CuttingProxy:
    """Passes bytes on; of each connection in turn so many towards the client, and then it is cut.

    Behind the last of `cuts` connections are not cut. `connections` counts them.
    """

    def __init__(self, port: int, cuts: Iterable[int]) -> None:
        self._port = port
        self._cuts = iter(cuts)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self.connections = 0
        self.passed_bytes = 0
        """How much went to clients."""
        self.url = ""

    async def listen(self) -> None:
        """Begin; the address is `url`."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/stream-tokens"

    async def end(self) -> None:
        """Cut all connections, and take no more."""
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._idle.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._idle.clear()
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._port)
        both = {writer, server_writer}
        self._writers |= both
        upwards = asyncio.create_task(self._pass_on(reader, server_writer))
        await self._pass_on(server_reader, writer, next(self._cuts, math.inf), is_down=True)
        for each in both:
            each.transport.abort()
        await upwards
        for each in both:
            with suppress(ConnectionError):
                await each.wait_closed()
        self._writers -= both
        if not self._writers:
            self._idle.set()

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        most: float = math.inf,
        *,
        is_down: bool = False,
    ) -> None:
        passed = 0
        with suppress(ConnectionError):
            while chunk := await reader.read(4096):
                passing = chunk[: int(min(len(chunk), most - passed))]
                writer.write(passing)
                passed += len(passing)
                self.passed_bytes += len(passing) * is_down
                if passed >= most:
                    return
                await writer.drain()
            writer.write_eof()


@asynccontextmanager
async def cutting_proxy(port: int, cuts: Iterable[int]) -> AsyncIterator[CuttingProxy]:
    """A proxy in front of a server at `port`."""
    proxy = CuttingProxy(port, cuts)
    await proxy.listen()
    yield proxy
    await proxy.end()
