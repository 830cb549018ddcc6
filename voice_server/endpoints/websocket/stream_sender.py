"""The sending side of a `/stream-tokens` connection: answers first, then events of turns, then the close."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from starlette.websockets import WebSocket, WebSocketDisconnect

from voice_server.core.wire.stream_messages import DoneMessage
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.conversation import Conversation
from voice_server.endpoints.websocket.server_messages import Message, to_json
from voice_server.endpoints.websocket.websocket_protocol import WebSocketProtocol

_TURN_S = 0.001
"""How long messages are sent one after the other before everybody else is served."""
_BATCH_BYTES = 64 * 1024
"""How much is sent together at least, where so much waits: what a socket takes before it blocks."""

_MAX_ANSWER_CHARS = 256 * 1024
"""How much may wait to be sent of what answers the client's own messages, before no more of them are read."""


class StreamSender:
    """Sends on one WebSocket until the connection is to be closed.

    `protocol` sends several messages with one write, where the server has it; `wake_up` is set whenever there
    may be something to send; `now` is a clock in seconds.
    """

    def __init__(
        self,
        websocket: WebSocket,
        protocol: WebSocketProtocol | None,
        conversation: Conversation,
        wake_up: asyncio.Event,
        now: Callable[[], float],
    ) -> None:
        self._websocket = websocket
        self._protocol = protocol
        self._conversation = conversation
        self._wake_up = wake_up
        self._now = now
        self._answers: deque[Message] = deque()
        self._repeated: list[Message] = []
        self._answer_chars = 0
        self.has_room = asyncio.Event()
        """Set while the client's messages may be read: their answers do not pile up."""
        self.has_room.set()
        self._is_disconnected = False
        self._close_code: CloseCode | None = None  # close with it once the answers are sent …
        self._last_close_code: CloseCode | None = None  # … or once every turn is over
        self._sending_since: float | None = None
        self.last_taken_at = now()
        """When the client last took something that it was sent, or began to let the server wait."""

    @property
    def is_closing(self) -> bool:
        """Whether nothing but the answers that wait will be sent."""
        return self._close_code is not None

    @property
    def stalled_s(self) -> float:
        """For how long the client has not taken what it was sent, in seconds."""
        return 0.0 if self._sending_since is None else self._now() - self._sending_since

    def answer(self, messages: Iterable[Message]) -> None:
        """Send messages before any event that has not been sent."""
        for message in messages:
            self._answers.append(message)
            self._answer_chars += len(message)
        if self._answers:
            self._wake_up.set()
        if self._answer_chars > _MAX_ANSWER_CHARS:
            self.has_room.clear()
            if self._protocol is not None:
                self._protocol.pause_messages()

    def take_up(self, conversation: Conversation, messages: Sequence[Message]) -> None:
        """Go on with a conversation, after messages of which it has taken note when they were first sent."""
        self._conversation = conversation
        self._repeated += messages
        self._wake_up.set()

    def close(self, code: CloseCode) -> None:
        """Close once the answers are sent."""
        self._close_code = code
        self._wake_up.set()

    def close_when_spoken(self, code: CloseCode) -> None:
        """Close once every turn is over; the first code holds."""
        self._last_close_code = self._last_close_code or code
        self._wake_up.set()

    def disconnect(self) -> None:
        """Send nothing more: the client has disconnected."""
        self._is_disconnected = True
        self._wake_up.set()

    async def run(self) -> None:
        """Send until the connection is closed."""
        try:
            while not self._is_disconnected:
                until = self._now() + _TURN_S
                while messages := self._next_messages():
                    await self._send(messages)
                    if self._now() >= until:
                        await asyncio.sleep(0)
                        until = self._now() + _TURN_S
                if self._close_code is None and not self._conversation.turns:
                    self._close_code = self._last_close_code
                if self._close_code is not None:
                    await self._close(self._close_code)
                    return
                self._wake_up.clear()
                await self._wake_up.wait()
        except WebSocketDisconnect:
            return

    def _next_messages(self) -> list[Message]:
        """What can be sent now, in portions: more is taken when the client has taken most of that."""
        if self._repeated:
            repeated, self._repeated = self._repeated, []
            return repeated
        messages = self._take_answers()
        size = 0
        while size < _BATCH_BYTES and self._close_code is None:
            more = self._conversation.turns.next_messages()
            if more is None:
                break
            messages += more
            size += sum(map(len, more))
        self._conversation.note_sent(messages)
        return messages

    def _take_answers(self) -> list[Message]:
        """The answers that wait; there is room for more then."""
        answers = [*self._answers]
        self._answers.clear()
        self._answer_chars = 0
        if not self.has_room.is_set():
            self.has_room.set()
            if self._protocol is not None:
                self._protocol.resume_messages()
        return answers

    async def _send(self, messages: Sequence[Message]) -> None:
        self._sending_since = self.last_taken_at = self._now()
        if self._protocol is not None:
            await self._protocol.send_all(messages)
        else:
            for message in messages:
                kind = "text" if isinstance(message, str) else "bytes"
                await self._websocket.send({"type": "websocket.send", kind: message})
        self._sending_since = None
        self.last_taken_at = self._now()

    async def _close(self, code: CloseCode) -> None:
        if code is CloseCode.NORMAL and self._last_close_code is CloseCode.NORMAL:
            await self._send([to_json(DoneMessage())])
        await self._websocket.close(code)
