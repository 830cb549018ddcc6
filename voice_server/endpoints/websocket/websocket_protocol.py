"""uvicorn's WebSocket protocol with a limit on an unread close, and a callback for messages.

An application that calls `listen` gets its messages as their bytes are read, without a queue in between.
Nothing of a handshake is logged: its URL and its header fields may carry the token.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

from starlette.websockets import WebSocketDisconnect
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode as ClientCloseCode
from websockets.frames import Frame
from websockets.http11 import Request

from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.server_messages import JsonText
from voice_server.endpoints.websocket.websocket_frames import BINARY, TEXT, FrameSplitter, frame_head

PROTOCOL_EXTENSION = "voice_server.websocket_protocol"
"""The ASGI extension under which a WebSocket's scope holds its protocol object; other servers have none."""

_log = logging.getLogger(__name__)
_library_log = _log.getChild("library")
_library_log.addFilter(lambda record: record.levelno >= logging.WARNING)

_LINGER_S = 5.0
"""How long a client has to read the last messages, and may go on sending after a refusal."""
_READ_SLICE_S = 0.001
"""How long one client's bytes are read at a time: a flood of messages must not delay others' audio."""
_BATCH_MESSAGES = 64
"""How many short messages are passed on together at most, before the clock is read again."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """When the application is done, what the client does not read is discarded after a while.

    An application that calls `listen` gets messages in the iteration of the event loop in which their bytes
    arrived, those that arrived together as one list: a queue and a task switch cost more than a token.
    `send_all` likewise writes without a queue.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.logger = self.conn.logger = _library_log
        self.conn.debug = False
        self._on_messages: Callable[[list[str | bytes]], int] | None = None
        self._messages: list[str | bytes] = []
        self._frames = FrameSplitter()
        self._are_messages_paused = False
        self._late_pong = b""
        self._is_refused = False  # what the client still sends is thrown away
        self._answered = asyncio.Event()  # our close frame; or there is no connection any more

    def handle_connect(self, event: Request) -> None:
        """Offer this object as an ASGI extension."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            cast("dict[str, Any]", self.scope["extensions"])[PROTOCOL_EXTENSION] = self

    @property
    def client_has_left(self) -> bool:
        """Whether the client has sent a close frame, because it leaves for good or has read ours.

        A browser says 1001 when a page is left, which may be loaded anew (RFC 6455, section 7.4.1).
        """
        received = self.conn.close_rcvd
        return received is not None and received.code != ClientCloseCode.GOING_AWAY

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note of the end."""
        super().connection_lost(exc)
        self._answered.set()

    def listen(self, on_messages: Callable[[list[str | bytes]], int]) -> None:
        """Call `on_messages` with all messages from now on, first with those that wait for `receive`.

        It returns how many of them it has taken: it gets the others again, soon.
        """
        self._on_messages = on_messages
        for event in [self.queue.get_nowait() for _ in range(self.queue.qsize())]:
            if event["type"] == "websocket.receive":
                self._messages.append(cast("str | bytes", event.get("text", event.get("bytes"))))
            else:
                self.queue.put_nowait(event)
        self.read_paused = False
        self._continue_reading()

    def pause_messages(self) -> None:
        """Read nothing until `resume_messages`."""
        if not self._is_refused:
            self._are_messages_paused = True
            self.transport.pause_reading()

    def resume_messages(self) -> None:
        """Go on after `pause_messages`, soon: not inside the call that made room."""
        self._are_messages_paused = False
        self.loop.call_soon(self._continue_reading)

    def handle_ping(self) -> None:
        """Answer a ping; while the client reads nothing, only the last of them (RFC 6455, section 5.5.3)."""
        pong = b"".join(self.conn.data_to_send())
        if self.writable.is_set():
            self.transport.write(pong)
        else:
            self._late_pong = pong

    def resume_writing(self) -> None:
        """The client reads."""
        super().resume_writing()
        pong, self._late_pong = self._late_pong, b""
        if pong and not self._is_refused:
            self.transport.write(pong)

    def data_received(self, data: bytes) -> None:
        """Take received bytes, and read them a slice of time at a time."""
        if self._is_refused:
            return
        if self.handshake_initiated:
            self._frames.feed(data)
            self._continue_reading()
        else:
            super().data_received(data)  # the whole request, and nothing behind it

    def _continue_reading(self) -> None:
        until = time.monotonic() + _READ_SLICE_S
        while not (self._are_messages_paused or self._is_refused) and self._read_batch():
            if time.monotonic() >= until:
                self.transport.pause_reading()
                self.loop.call_soon(self._continue_reading)
                return
        if not (self.read_paused or self._are_messages_paused):
            self.transport.resume_reading()

    def _read_batch(self) -> bool:
        """Pass on a batch of short messages, or one of another kind; return whether there may be more."""
        part: str | bytes | None = ""
        while isinstance(part, str) and len(self._messages) < _BATCH_MESSAGES:
            part = self._frames.take(
                may_read=self._on_messages is not None and self.conn.current_size is None
            )
            if isinstance(part, str):
                self._messages.append(part)
            elif part is not None:
                super().data_received(part)
        messages, self._messages = self._messages, []
        if messages and self._on_messages is not None and not self.close_sent:
            try:
                self._messages = messages[self._on_messages(messages) :]
            except Exception:  # it would leave the connection open, and nobody reading it
                _log.exception("a connection ends because its messages could not be obeyed")
                self.transport.abort()
        return (part is not None or bool(self._messages)) and not self.transport.is_closing()

    def handle_parser_exception(self) -> None:
        """Refuse what the client sends, and read on: a reset would overtake the close frame.

        RFC 9293, section 3.6.1: a connection that is closed with data unread is reset.
        """
        assert self.conn.close_sent is not None
        code, reason = self.conn.close_sent.code, self.conn.close_sent.reason
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = self._is_refused = True
        self.read_paused = self._are_messages_paused = False
        self.transport.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        # The timer also tells uvicorn not to close when the application is done.
        self.close_timer = self.loop.call_later(_LINGER_S, self.transport.abort)

    async def send(self, message: Any) -> None:
        """Send what the application says; a refusal that is complete completes the handshake too."""
        if self._is_refused:
            raise ClientDisconnected
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True

    def send_receive_event_to_app(self) -> None:
        """Take a message that was more than one short frame; text that is no UTF-8 closes with 1007."""
        message = b"".join(self.frames)
        is_text = self.curr_msg_data_type == "text"
        try:
            read = message.decode() if is_text else message
        except UnicodeDecodeError:
            self.frames = []
            _log.info("a connection ends because a text message of its client is no UTF-8")
            self.conn.send_close(CloseCode.INVALID_TEXT)
            self.handle_parser_exception()
            return
        if self._on_messages is None:
            super().send_receive_event_to_app()
        else:
            self._messages.append(read)

    async def send_all(self, messages: Sequence[str | bytes | JsonText]) -> None:
        """Send messages with one write, and wait until the client has taken most of what it was sent.

        Raises WebSocketDisconnect.
        """
        if self._is_refused or self.transport.is_closing():
            raise WebSocketDisconnect(1006)
        self.transport.writelines(_frames(messages))
        if not self.writable.is_set():
            await self.writable.wait()

    def close_unread(self, messages: Sequence[str | bytes], code: CloseCode, reason: str) -> None:
        """Send last messages and close, behind what the client has not read; see `until_answered`.

        Where its messages are not read, because it does not read their answers, that stays so.
        """
        if self.close_sent or self.transport.is_closing():
            return
        self.transport.writelines(_frames(messages))
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True

    async def until_answered(self, limit_s: float = _LINGER_S) -> None:
        """Wait until the client has answered our close frame, or is gone, for so long at most."""
        if not self.transport.is_closing():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limit_s):
                    await self._answered.wait()

    def handle_close(self, event: Frame) -> None:
        """Take note of the client's close frame."""
        super().handle_close(event)
        self._answered.set()

    def shutdown(self) -> None:
        """End, because the server does; a client that was sent a close frame has time to read it."""
        if self.close_sent and not self.disconnected:
            self.stop_keepalive()
        else:
            super().shutdown()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Give the client time to read the last messages, but not for ever."""
        super().on_task_complete(task)
        self.loop.call_later(_LINGER_S, self.transport.abort)


def _frames(messages: Sequence[str | bytes | JsonText]) -> list[bytes]:
    parts = []
    for message in messages:
        if isinstance(message, bytes):
            opcode, payload = BINARY, message
        else:
            opcode, payload = TEXT, message.encode() if isinstance(message, str) else message.utf8
        parts += [frame_head(opcode, len(payload)), payload]
    return parts
