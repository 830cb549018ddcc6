"""`DialectConnection`: one WebSocket of another system's protocol.

What all of them have in common: messages are obeyed in the order in which they come, answers are sent before
the events of turns, each turn is sent by a task of its own, a client that does not read is waited for and at
last disconnected, and what is still being spoken when the connection ends is stopped.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Coroutine, Sequence
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn, DialectWriter, SentMessage
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.server_messages import JsonText, Message
from voice_server.endpoints.websocket.stream_turns import check_text
from voice_server.endpoints.websocket.websocket_protocol import PROTOCOL_EXTENSION, WebSocketProtocol
from voice_server.errors import Busy, RequestError, TooMuch, VoiceServerError
from voice_server.sound_files.encoding import Encoding

_TURN_S: Final = 0.001
"""How long messages are sent one after the other before everybody else is served."""
_MOST_UNSENT: Final = 10
"""How many times as many turns there may be of which the end was not sent, as may be open."""
_MAX_ANSWERS: Final = 1000
"""How many answers may wait to be sent before no more messages are read."""


class DialectConnection(ABC):
    """One WebSocket, from after its handshake to its close; a subclass knows what its messages mean.

    What answers the handshake, a subclass sends with `answer` when it is made. `idle_s` is after how many
    seconds without a message and a turn the connection is closed.
    """

    def __init__(self, websocket: WebSocket, state: AppState, *, idle_s: float | None = None) -> None:
        self._websocket = websocket
        self._protocol: WebSocketProtocol | None = websocket.scope.get("extensions", {}).get(
            PROTOCOL_EXTENSION
        )
        self._service = state.service
        self._limits = state.service.limits
        self._idle_s = idle_s or self._limits.idle_s
        self._turns: list[DialectTurn] = []
        self._is_let_in = False
        self._answers: deque[Message] = deque()
        self._wake_up = asyncio.Event()
        self._may_send = asyncio.Lock()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._working: set[asyncio.Task[None]] = set()
        self._is_disconnected = False
        self._close_code: CloseCode | None = None
        self._close_reason = ""
        self._last_close_code: CloseCode | None = None
        self._sending_since: float | None = None
        self._turn_ends_at = 0.0
        self._last_message_at = self._service.now()
        self._last_taken_at = self._service.now()

    # ------------------------------------------------------------------ what a dialect says

    @abstractmethod
    def obey(self, message: Message) -> None:
        """Do what a message says. Raises VoiceServerError, having changed nothing."""

    @abstractmethod
    def refuse(self, error: VoiceServerError) -> None:
        """Answer a message that could not be obeyed; perhaps close."""

    def last_messages(self) -> Sequence[Message]:
        """What a dialect says in front of a close that this side begins."""
        return ()

    # ------------------------------------------------------------------ what a dialect does

    def answer(self, *messages: Message) -> None:
        """Send messages before any event that has not been sent."""
        self._answers += messages
        if len(self._answers) > _MAX_ANSWERS and self._has_room.is_set():
            self._has_room.clear()
            if self._protocol is not None:
                self._protocol.pause_messages()
        self._wake_up.set()

    def close(self, code: CloseCode = CloseCode.NORMAL, reason: str = "") -> None:
        """Close once the answers are sent; what is being spoken is stopped."""
        if self._close_code is None:
            self._close_code, self._close_reason = code, reason
            self._wake_up.set()

    def close_when_spoken(self, code: CloseCode = CloseCode.NORMAL) -> None:
        """Close once every turn is sent; the first code holds."""
        self._last_close_code = self._last_close_code or code
        self._wake_up.set()

    def open_turn(
        self,
        settings: SpeechSettings,
        encoding: Encoding,
        write: DialectWriter,
        after: DialectTurn | None = None,
        *,
        by_sentence: bool = False,
        may_be_sent: bool = True,
    ) -> DialectTurn:
        """Begin a turn, which is heard after another one if that is not over. Raises TooMuch.

        Raises Busy where there is no room for one more listener; a connection that was let in, and asks for
        one thing at a time, is not asked again.

        A pause parts the two where the other one was not sent to its end when this one began. Else it begins
        at once: whoever interrupts sound that it has tells the server nothing, and must not wait for it.

        With `by_sentence` each sentence is encoded as a file of its own. Without `may_be_sent` the turn is
        rendered, and sent when that is set.
        """
        most = self._limits.open_turns
        open_turns = sum(not each.is_over for each in self._turns)
        if open_turns >= most or len(self._turns) >= _MOST_UNSENT * most:
            raise TooMuch(
                f"a connection has at most {most} turns that have not been spoken; begin the next one later",
                code="too_many_turns",
            )
        if open_turns or not self._is_let_in:
            self._service.check_room(settings)
            self._is_let_in = True
        speech = self._service.open(
            settings,
            after=None if after is None else after.speech,
            pauses_before=after is not None and not after.is_sent.is_set(),
        )
        turn = DialectTurn(speech, encoding, write, after, by_sentence=by_sentence, may_be_sent=may_be_sent)
        self._turns.append(turn)
        self._start(self._speak(turn))
        return turn

    def push(self, turn: DialectTurn, text: str) -> None:
        """Add text to a turn. Raises TooMuch where too much of the connection's waits."""
        check_text(self._service, self._turns, len(text))
        turn.push(text)

    def cancel_turns(self) -> None:
        """Barge-in: of all that was said and not sent nothing is sent any more."""
        for turn in tuple(self._turns):
            turn.cancel()

    # ------------------------------------------------------------------ an open connection

    @property
    def idle_since(self) -> float | None:
        """When the client last sent or took anything, in seconds; None while a turn is open."""
        if self._turns or self._close_code is not None:
            return None
        return max(self._last_message_at, self._last_taken_at)

    def make_room(self) -> None:
        """Close, because the server is full and this connection is the one that was idle for longest."""
        self.refuse(Busy("the server has no room, and of all connections this was idle for longest"))
        self.close(CloseCode.TRY_LATER, "the server has no room")

    def drain(self, in_ms: int) -> None:
        """Close when the open turns are over: the server stops."""
        del in_ms
        for turn in self._turns:
            turn.speech.end()
            turn.may_be_sent.set()
        self.close_when_spoken(CloseCode.RESTART)

    async def run(self) -> None:
        """Serve until the connection is closed, by either side."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                sender = self._tasks.create_task(self._send_answers())
                self._start(self._read())
                self._start(self._watch(sender))
                sender.add_done_callback(self._stop)
        finally:
            for turn in self._turns:  # those whose task was cancelled before it began
                turn.speech.close()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do work until it is done or the connection is closed."""
        task = self._tasks.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def _stop(self, _sender: asyncio.Task[None]) -> None:
        for each in tuple(self._working):
            each.cancel()

    # ------------------------------------------------------------------ reading

    async def _read(self) -> None:
        if self._protocol is not None:
            self._protocol.listen(self._receive)
        while self._close_code is None:
            await self._has_room.wait()
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                self._disconnect()
                return
            self._receive([message["text"] if message.get("text") is not None else message["bytes"]])

    def _receive(self, messages: Sequence[Message]) -> int:
        """Obey messages that came together, as many as a moment suffices for, and return how many."""
        self._last_message_at = self._service.now()
        until = self._last_message_at + _TURN_S
        obeyed = 0
        for message in messages:
            if self._close_code is not None:
                obeyed = len(messages)
                break
            self._obey(message)
            obeyed += 1
            if not self._has_room.is_set() or self._service.now() >= until:
                break
        for turn in self._turns:
            turn.push_collected()
        return obeyed

    def _obey(self, message: Message) -> None:
        try:
            self.obey(message)
        except VoiceServerError as error:
            self._service.metrics.refused(error.code)
            self.refuse(error)
            if isinstance(error, Busy) and not self._is_let_in:
                self.close(CloseCode.TRY_LATER, error.message)

    async def _watch(self, sender: asyncio.Task[None]) -> None:
        """Close a connection that has been idle, or has not read what it was sent, for too long."""
        stalled_s = self._limits.stalled_reader_s
        while True:
            await asyncio.sleep(min(self._idle_s, stalled_s) / 4)
            now = self._service.now()
            if self._sending_since is not None and now - self._sending_since >= stalled_s:
                sender.cancel()
            elif not self._turns and now - self._last_message_at >= self._idle_s:
                sentence = f"no message came for {self._idle_s:g} s"
                self.refuse(RequestError(sentence, code="idle"))
                self.close(CloseCode.NORMAL, sentence)

    def _disconnect(self) -> None:
        """Nobody is there any more."""
        self._is_disconnected = True
        self._wake_up.set()

    # ------------------------------------------------------------------ sending

    async def _speak(self, turn: DialectTurn) -> None:
        """Send a turn, once the one before it is sent."""
        try:
            if turn.after is not None:
                await turn.after.is_sent.wait()
                turn.after = None  # a chain of all turns would never be freed
            await turn.may_be_sent.wait()
            async for event in turn.events():
                async with self._may_send:
                    await self._send(turn.messages(event))
        except WebSocketDisconnect:
            self._disconnect()
        finally:
            turn.speech.close()
            self._turns.remove(turn)
            turn.is_sent.set()
            self._wake_up.set()

    async def _send_answers(self) -> None:
        """Send the answers that wait, and close when it is time."""
        try:
            while not self._is_disconnected:
                self._wake_up.clear()
                async with self._may_send:
                    await self._send(())
                if not self._turns:
                    self._close_code = self._close_code or self._last_close_code
                if self._close_code is not None and not self._answers:
                    async with self._may_send:
                        await self._send(self.last_messages())
                    await self._websocket.close(self._close_code, self._close_reason)
                    return
                await self._wake_up.wait()
        except WebSocketDisconnect:
            return

    async def _send(self, messages: Sequence[SentMessage]) -> None:
        """Send what answers wait, then messages; whoever calls has the permission to send."""
        due = [*self._answers, *messages]
        self._answers.clear()
        if not self._has_room.is_set():
            self._has_room.set()
            if self._protocol is not None:
                self._protocol.resume_messages()
        if not due or self._is_disconnected:
            return
        self._sending_since = self._last_taken_at = self._service.now()
        if self._protocol is not None:
            await self._protocol.send_all(due)
        else:
            for message in due:
                sent = message.utf8.decode() if isinstance(message, JsonText) else message
                kind = "text" if isinstance(sent, str) else "bytes"
                await self._websocket.send({"type": "websocket.send", kind: sent})
        self._sending_since = None
        self._last_taken_at = self._service.now()
        if self._last_taken_at >= self._turn_ends_at:
            await asyncio.sleep(0)
            self._turn_ends_at = self._service.now() + _TURN_S
