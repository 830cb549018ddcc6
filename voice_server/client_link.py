"""The messages of a stream, over one connection after another where a session may be taken up again.

Law: every message arrives once and in order at both ends, whatever becomes of the connections in between, or
the link ends with the `ConnectionClosed` of the connection that was lost for good. Each end says how many
messages it has received, and the other sends those behind again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Final

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from voice_server.client_addresses import NoServer
from voice_server.core.wire.message_log import MessageLog

_SENT_BYTES: Final = 4 * 1024 * 1024
"""How much of what was sent is kept, to be sent again: more than lies in the buffers of a connection."""
_RETRY_S: Final = 0.25


class StreamLink:
    """Sends and receives the messages of one session; `dial` opens another connection.

    `keep_s` is how long the server is asked to keep the session after a connection was lost; 0 ends the link
    with its first connection. `on_loss` is called when a message could not be sent: whoever reads has to read
    on, to see the end too.
    """

    def __init__(
        self,
        connection: ClientConnection,
        dial: Callable[[], Awaitable[ClientConnection]],
        on_loss: Callable[[], None],
        keep_s: float,
    ) -> None:
        self._connection = connection
        self._dial = dial
        self._on_loss = on_loss
        self._session = ""
        self._keep_s = keep_s
        self._sent = MessageLog(_SENT_BYTES)
        self._received = 0
        self._is_open = asyncio.Event()  # or over
        self._is_open.set()
        self._is_over = False

    def keep(self, session: str, keep_s: float) -> None:
        """The server keeps the session of this name for so long."""
        self._session, self._keep_s = session, keep_s

    async def send(self, message: str) -> None:
        """Send a message, at the latest on the connection after the next loss. Raises ConnectionClosed."""
        connection = self._connection
        self._sent.add(message)
        if self._is_open.is_set():
            try:
                await connection.send(message)
            except ConnectionClosed:
                if connection is not self._connection:
                    return  # it was sent again meanwhile
                self._is_open.clear()
            else:
                return
        if not self._is_over:
            self._on_loss()
            await self._is_open.wait()
        if self._is_over:
            await self._connection.recv()  # raises what ended it

    async def messages(self) -> AsyncGenerator[str | bytes, None]:
        """What the server sends, until it closes normally. Raises ConnectionClosed."""
        try:
            while True:
                try:
                    async for message in self._connection:
                        self._received += 1
                        yield message
                except ConnectionClosed as lost:
                    if lost.rcvd is not None or not self._may_resume:
                        raise
                    answer = await self._resume(lost)
                else:
                    return
                if answer is not None:
                    yield answer
        finally:
            self._is_over = True
            self._is_open.set()

    async def aclose(self) -> None:
        """Close the connection; what is still on its way is dropped."""
        closing = asyncio.ensure_future(self._connection.close())
        # The server's close frame may follow audio that nobody reads.
        with suppress(ConnectionClosed):
            async for _ in self._connection:
                pass
        await closing

    @property
    def _may_resume(self) -> bool:
        """Whether the server keeps the session; where it has said nothing yet, the session may begin anew."""
        return self._keep_s > 0 and bool(self._session or not self._received)

    async def _resume(self, lost: ConnectionClosed) -> str | bytes | None:
        """Take the session up on another connection, and return what the server answers to that.

        Raises `lost` where the server is not reached in time.
        """
        self._is_open.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._keep_s):
                while True:
                    with suppress(NoServer, ConnectionClosed):
                        return await self._take_up()
                    await asyncio.sleep(_RETRY_S)
        raise lost

    async def _take_up(self) -> str | bytes | None:
        connection = await self._dial()
        answer: str | bytes | None = None
        received: int | None = 0
        try:
            if self._session:
                point = {"session": self._session, "received": self._received}
                await connection.send(json.dumps({"v": 2, "resume": point}))
                answer = await connection.recv()
                received = json.loads(answer).get("received")
            # Else nothing was received, not even the session's name: it begins anew.
            if received is not None:
                await self._send_again(connection, received)
        except BaseException:
            connection.transport.abort()
            raise
        self._connection = connection
        if received is not None:
            self._is_open.set()
        return answer

    async def _send_again(self, connection: ClientConnection, received: int) -> None:
        """Send what the server has not received; others may add to it meanwhile."""
        while received < self._sent.sent:
            for message in self._sent.after(received):
                await connection.send(message)
                received += 1
