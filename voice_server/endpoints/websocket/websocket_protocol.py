"""uvicorn's WebSocket protocol with a limit on a close that nobody reads, and messages without a queue.

An application that calls `listen` is handed its messages as their bytes are read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

from starlette.websockets import WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from voice_server.endpoints.websocket.websocket_frames import BINARY, TEXT, FrameSplitter, frame_head

PROTOCOL_EXTENSION = "voice_server.websocket_protocol"
"""The ASGI extension under which a WebSocket's scope holds its protocol object; other servers have none."""

_LINGER_S = 5.0
_TURN_S = 0.001
"""What one client has sent is read for this long at a time: a flood must not keep others' audio waiting."""
_TOGETHER = 64
"""At most so many short messages are handed on together, before the clock is looked at again."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """When the application is done, what the client does not read is thrown away after a while.

    An application that calls `listen` gets messages in the turn of the loop in which their bytes came, those
    that came together as one list: a queue and a task switch cost more than a token. `send_all` is as direct
    the other way.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._on_messages: Callable[[list[str | bytes]], None] | None = None
        self._messages: list[str | bytes] = []
        self._frames = FrameSplitter()

    def handle_connect(self, event: Request) -> None:
        """Offer this object as an ASGI extension."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            cast("dict[str, Any]", self.scope["extensions"])[PROTOCOL_EXTENSION] = self

    def listen(self, on_messages: Callable[[list[str | bytes]], None]) -> None:
        """From now on call `on_messages` with all that comes; what waits for `receive` comes first."""
        self._on_messages = on_messages
        for event in [self.queue.get_nowait() for _ in range(self.queue.qsize())]:
            if event["type"] == "websocket.receive":
                self._messages.append(cast("str | bytes", event.get("text", event.get("bytes"))))
            else:
                self.queue.put_nowait(event)
        self.read_paused = False
        self._read_on()

    def data_received(self, data: bytes) -> None:
        """Read, for others' sake not all at once."""
        if self.handshake_initiated:
            self._frames.feed(data)
            self._read_on()
        else:
            super().data_received(data)  # the whole request, and nothing behind it

    def _read_on(self) -> None:
        until = time.monotonic() + _TURN_S
        while self._read_some():
            if time.monotonic() >= until:
                self.transport.pause_reading()
                self.loop.call_soon(self._read_on)
                return
        if not self.read_paused:
            self.transport.resume_reading()

    def _read_some(self) -> bool:
        """Hand on a few short messages, or one of another kind; whether there may be more."""
        part: str | bytes | None = ""
        while isinstance(part, str) and len(self._messages) < _TOGETHER:
            part = self._frames.take(
                may_read=self._on_messages is not None and self.conn.current_size is None
            )
            if isinstance(part, str):
                self._messages.append(part)
            elif part is not None:
                super().data_received(part)
        if self._messages and self._on_messages is not None and not self.close_sent:
            self._on_messages(self._messages)
        self._messages = []
        return part is not None and not self.transport.is_closing()

    def send_receive_event_to_app(self) -> None:
        """A message that took more than one short frame."""
        if self._on_messages is None:
            super().send_receive_event_to_app()
            return
        message = b"".join(self.frames)
        try:
            self._messages.append(message.decode() if self.curr_msg_data_type == "text" else message)
        except UnicodeDecodeError:
            super().send_receive_event_to_app()  # which says so to the client

    async def send_all(self, messages: Sequence[str | bytes]) -> None:
        """Send messages with one write, and wait until the client has taken most of what it was sent.

        Raises WebSocketDisconnect.
        """
        if self.transport.is_closing():
            raise WebSocketDisconnect(1006)
        parts = []
        for message in messages:
            opcode, payload = (TEXT, message.encode()) if isinstance(message, str) else (BINARY, message)
            parts += [frame_head(opcode, len(payload)), payload]
        self.transport.writelines(parts)
        if not self.writable.is_set():
            await self.writable.wait()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Let the last messages out, but not for ever."""
        super().on_task_complete(task)
        self.loop.call_later(_LINGER_S, self.transport.abort)
