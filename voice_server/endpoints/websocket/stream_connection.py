"""`/stream-tokens`: an LLM's tokens in, sentences and PCM out.

Messages become commands (core/stream_session.py), and commands calls of the speech service, in the iteration
of the event loop in which they are read. A second task sends (stream_sender.py). When the connection ends,
what was still being spoken is cancelled: a closed socket frees its workers at once. Only a client that asked
for it (`keep_s`) and was cut off finds its conversation again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from starlette.websockets import WebSocket

from voice_server.config import Limits
from voice_server.core import stream_session as commands
from voice_server.core.kept_sessions import KeptSessions
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.stream_session import SessionState, StreamSession
from voice_server.core.types import Capabilities, SpeechWarning
from voice_server.core.wire.client_messages import ClientMessage, ResumePoint
from voice_server.core.wire.field_descriptions import complaint_about
from voice_server.core.wire.message_log import MessageLog
from voice_server.core.wire.stream_messages import PausedMessage, PongMessage, ResumedMessage
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.conversation import Conversation
from voice_server.endpoints.websocket.server_messages import Message, to_json
from voice_server.endpoints.websocket.stream_sender import StreamSender
from voice_server.endpoints.websocket.stream_turns import StreamTurns, encoding_of
from voice_server.endpoints.websocket.version_writers import SessionTerms, VersionWriter, writer_for
from voice_server.endpoints.websocket.websocket_protocol import PROTOCOL_EXTENSION, WebSocketProtocol
from voice_server.errors import BackendDown, Busy, RequestError, TooMuch, VoiceServerError
from voice_server.speech import SpeechService

SESSION_EXTENSION = "voice_server.session"
"""The ASGI extension under which a WebSocket's scope holds the name of its session, when it is over."""
_NOTHING_TO_CANCEL = SpeechWarning("nothing_to_cancel", "no such turn is being spoken")
_NOT_KEPT = SpeechWarning(
    "not_kept", "as many sessions are kept as may be; this one ends with its connection"
)
_TAKEN_UP = "another connection has taken the session up"


class StreamConnection:
    """The receiving side of one WebSocket, which owns the turns and the sender."""

    def __init__(
        self,
        websocket: WebSocket,
        service: SpeechService,
        session: StreamSession,
        kept: KeptSessions[Conversation],
    ) -> None:
        self._websocket = websocket
        self._protocol: WebSocketProtocol | None = websocket.scope.get("extensions", {}).get(
            PROTOCOL_EXTENSION
        )
        self._service = service
        self._limits: Limits = service.limits
        self._kept = kept
        self._wake_up = asyncio.Event()
        turns = StreamTurns(service, on_event=self._wake_up.set)
        self._conversation = Conversation(session, turns, self._release)
        self._sender = StreamSender(websocket, self._protocol, self._conversation, self._wake_up, service.now)
        self._sending: asyncio.Task[None] | None = None
        self._last_message_at = service.now()
        self._is_stalled = False
        self._is_ending = False  # for a reason for which the session is not kept
        self._is_released = False

    async def run(self) -> None:
        """Serve until the connection is closed, by either side."""
        try:
            async with asyncio.TaskGroup() as tasks:
                reader = tasks.create_task(self._read())
                self._sending = sender = tasks.create_task(self._sender.run())
                watch = tasks.create_task(self._watch(sender))
                sender.add_done_callback(lambda _: (reader.cancel(), watch.cancel()))
            if self._protocol is not None:
                await self._end_on(self._protocol)
        finally:
            self._leave()
        if self._is_stalled and self._protocol is not None:
            await self._protocol.until_answered(self._limits.stalled_reader_s)

    async def _end_on(self, protocol: WebSocketProtocol) -> None:
        """Close where that is not done yet, or wait for a client that may not have received the end."""
        if self._is_released:
            protocol.close_unread([], CloseCode.POLICY, _TAKEN_UP)
        elif self._is_stalled:
            limit_s = self._limits.stalled_reader_s
            sentence = f"nothing of what was sent was read for {limit_s:g} s; read while you send"
            error = self._writer.error("stalled_reader", sentence, fatal=True)
            protocol.close_unread([error], CloseCode.TRY_LATER, sentence)
        elif self._conversation.keep_s and not self._is_ending:
            await protocol.until_answered()

    def _leave(self) -> None:
        """The connection is over: keep the conversation for a while, or end it."""
        conversation, protocol = self._conversation, self._protocol
        self._websocket.scope.setdefault("extensions", {})[SESSION_EXTENSION] = conversation.name
        if self._is_released:
            return
        if conversation.keep_s and protocol and not (self._is_ending or protocol.client_has_left):
            conversation.release = None
            loss = self._kept.lose(conversation.name)
            loop = asyncio.get_running_loop()
            loop.call_later(conversation.keep_s, self._expire, conversation.name, loss)
        else:
            self._kept.forget(conversation.name)
            conversation.close()

    def _expire(self, name: str, loss: int) -> None:
        ended = self._kept.expire(name, loss)
        if ended is not None:
            ended.close()

    def _release(self) -> None:
        """Another connection has taken the conversation up: this one has none any more."""
        self._is_released = True
        if self._sending is not None:
            self._sending.cancel()

    @property
    def idle_since(self) -> float | None:
        """When the client last sent or took anything, in seconds; None while a turn is open."""
        if self._conversation.turns or self._sender.is_closing:
            return None
        return max(self._last_message_at, self._sender.last_taken_at)

    def make_room(self) -> None:
        """Close, because the server is full and this connection is the one that was idle for longest."""
        sentence = "the server has no room, and of all its connections this one was idle for longest"
        self._fail("busy", sentence, CloseCode.TRY_LATER)

    def drain(self, in_ms: int) -> None:
        """Announce that the server stops, take no more text, and close when the open turns are over."""
        self._is_ending = True
        self._sender.answer(self._writer.closing(in_ms))
        self._apply(self._conversation.session.drain())
        self._sender.close_when_spoken(CloseCode.RESTART)

    @property
    def _writer(self) -> VersionWriter:
        return writer_for(self._conversation.session.version)

    # ------------------------------------------------------------------ reading

    async def _read(self) -> None:
        if self._protocol is not None:
            self._protocol.listen(self._receive)
        while not self._sender.is_closing:
            await self._sender.has_room.wait()
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                self._sender.disconnect()
                return
            self._receive([message["text"] if "text" in message else message["bytes"]])

    async def _watch(self, sender: asyncio.Task[None]) -> None:
        """Close a connection that has been idle, or has not read what it was sent, for too long."""
        idle_s, stalled_s = self._limits.idle_s, self._limits.stalled_reader_s
        was_slow = False
        while True:
            await asyncio.sleep(min(idle_s, stalled_s) / 4)
            silent_s = self._service.now() - self._last_message_at
            is_slow = self._sender.stalled_s >= stalled_s / 2
            if is_slow and not was_slow:
                self._sender.answer(self._writer.warnings([self._slow_reader()]))
            was_slow = is_slow
            if self._sender.stalled_s >= stalled_s:
                self._is_stalled = True
                sender.cancel()
            elif not self._conversation.turns and silent_s >= idle_s and not self._sender.is_closing:
                self._fail("idle", f"no message came for {idle_s:g} s", CloseCode.NORMAL)

    def _receive(self, messages: Sequence[Message]) -> int:
        """Obey messages that came together, and return how many of them.

        Tokens that follow one another are one text; anything else may take long, and is obeyed alone.
        """
        self._last_message_at = self._service.now()
        tokens: list[str] = []
        obeyed = 0
        conversation = self._conversation
        for message in messages:
            if self._sender.is_closing or self._is_released:
                return len(messages)
            obeyed += 1
            conversation.received += 1
            decoded = self._decoded(message)
            if decoded is None:
                continue
            text = conversation.session.text_for_open_turn(decoded)
            if text is None:
                self._push(tokens)
                tokens = []
                self._obey(decoded)
                break
            tokens.append(text)
        self._push(tokens)
        reader = self._conversation.reader
        if reader.warnings:
            self._sender.answer(self._writer.warnings(reader.take_warnings()))
        return obeyed

    def _push(self, tokens: list[str]) -> None:
        if not tokens:
            return
        try:
            self._conversation.turns.push("".join(tokens))
        except TooMuch as error:
            if len(tokens) == 1:
                self._refuse(error)
            else:
                for token in tokens:
                    self._push([token])

    def _decoded(self, message: Message) -> ClientMessage | None:
        if isinstance(message, bytes):
            sentence = "messages to this address are JSON text, not binary"
            self._fail("wrong_kind", sentence, CloseCode.UNSUPPORTED_DATA)
            return None
        try:
            return self._conversation.reader.read(message, self._conversation.session.turn)
        except msgspec.ValidationError as error:
            self._fail("invalid_message", complaint_about(ClientMessage, error), CloseCode.POLICY)
        except UnicodeError as error:
            self._fail("invalid_message", f"a message is not as it must be: {error}", CloseCode.POLICY)
        except (msgspec.DecodeError, RecursionError) as error:
            why = "nested too deeply" if isinstance(error, RecursionError) else error
            self._fail("invalid_json", f"a message must be one JSON object: {why}", CloseCode.INVALID_TEXT)
        return None

    # ------------------------------------------------------------------ obeying

    def _obey(self, message: ClientMessage) -> None:
        """Do what a message says, or answer why not and change nothing."""
        conversation, session = self._conversation, self._conversation.session
        try:
            if (point := session.resume_point(message)) is not None:
                self._take_up(point)
                return
            self._check_limits(message)
            config = session.config_after(message)
            encoding_of(config.format)
            settings = conversation.settings
            warnings: list[SpeechWarning] = []
            if settings is None or config is not session.config:
                settings, warnings = self._service.settings(config.request)
            if conversation.turns.opened == 0 and session.adds_turn(message):
                self._service.check_room(settings)
            takes_text = session.turn is not None
            todo = session.receive(message, config)
            if settings is not conversation.settings:
                if takes_text and not any(isinstance(each, commands.OpenTurn) for each in todo):
                    conversation.turns.newest.configure(settings)
                self._configure(settings, warnings)
            self._apply(todo)
        except VoiceServerError as error:
            self._refuse(error)

    def _check_limits(self, message: ClientMessage) -> None:
        """Raise TooMuch for text or a turn more than may wait, before anything has changed."""
        if message.token and not message.cancel:
            self._conversation.turns.check_text(len(message.token))
        most = self._limits.open_turns
        if self._conversation.turns.is_full(most) and self._conversation.session.adds_turn(message):
            raise TooMuch(
                f"a connection has at most {most} turns that have not been spoken; begin the next one later",
                code="too_many_turns",
            )

    def _configure(self, settings: SpeechSettings, warnings: list[SpeechWarning]) -> None:
        if self._conversation.settings is None:
            warnings = [*self._keep(), *warnings]
            self._sender.answer(self._ready(settings))
        self._conversation.settings = settings
        self._sender.answer(self._writer.warnings(warnings))

    def _keep(self) -> list[SpeechWarning]:
        """Have the conversation outlive its connection, where the client asks for it and there is room."""
        conversation, keep_s = self._conversation, self._conversation.session.config.keep_s
        if not keep_s or self._protocol is None:
            return []
        ended = self._kept.admit(conversation.name, conversation)
        if ended is None:
            return [_NOT_KEPT]
        for each in ended:
            each.close()
        conversation.keep_s = keep_s
        conversation.log = MessageLog(self._limits.kept_bytes, sent=conversation.sent)
        return []

    def _ready(self, settings: SpeechSettings, received: int | None = None) -> list[str]:
        conversation = self._conversation
        ready = self._service.backends()[settings.backend].ready
        capabilities = Capabilities() if ready is None else ready.capabilities
        form = conversation.session.config.format
        rate_hz = encoding_of(form).sample_rate_hz
        terms = SessionTerms(conversation.name, form.encoding, rate_hz, conversation.keep_s, received)
        return self._writer.ready(terms, settings, capabilities, self._limits)

    def _take_up(self, point: ResumePoint) -> None:
        """Go on with a conversation that lost its connection. Raises RequestError."""
        found = self._kept.get(point.session)
        if found is None or found.settings is None:
            raise RequestError("there is no such session, or it is over", code="session_gone")
        messages = found.unreceived(point)
        if found.release is not None:
            found.release()
        self._kept.take_up(found.name)
        self._conversation = found
        found.release = self._release
        found.turns.on_event = self._wake_up.set
        ready = self._ready(found.settings, found.received)
        self._sender.take_up(found, [*ready, *messages])
        if found.session.state is SessionState.DRAINING:
            self._sender.close_when_spoken(CloseCode.NORMAL)

    def _apply(self, todo: list[commands.SessionCommand]) -> None:
        """Perform the commands of a message; one that passes a limit is refused, and the rest performed."""
        for command in todo:
            try:
                self._perform(command)
            except TooMuch as error:
                self._refuse(error)

    def _perform(self, command: commands.SessionCommand) -> None:
        turns = self._conversation.turns
        match command:
            case commands.PushToTurn(text):
                turns.push(text)
            case commands.OpenTurn(name):
                self._open_turn(name)
            case commands.EndTurn():
                turns.newest.end()
            case commands.FlushTurn(flush_id):
                turns.newest.flush(flush_id)
            case commands.CancelTurns():
                self._cancel(command)
            case commands.PlayedUntil(name, played_ms):
                turns.set_played(name, played_ms)
            case commands.SetPaused(paused):
                turns.set_paused(paused=paused)
                self._sender.answer([to_json(PausedMessage() if paused else ResumedMessage())])
            case commands.AnswerPing(ping):
                self._sender.answer([to_json(PongMessage(ping=ping))])
            case commands.CloseWhenSpoken():
                self._sender.close_when_spoken(CloseCode.NORMAL)

    def _open_turn(self, name: str) -> None:
        conversation = self._conversation
        assert conversation.settings is not None
        form = conversation.session.config.format
        conversation.turns.open(name, conversation.settings, form, self._writer)

    def _cancel(self, command: commands.CancelTurns) -> None:
        answers, has_stopped = self._conversation.turns.cancel(command)
        self._sender.answer(answers)
        if not has_stopped and not command.preempted:
            self._sender.answer(self._writer.warnings([_NOTHING_TO_CANCEL]))

    # ------------------------------------------------------------------ refusing

    def _refuse(self, error: VoiceServerError) -> None:
        """Answer with an error; close as well where nothing was configured yet and this cannot be either.

        Close too where there is no room for a new listener: a part of its text must not be spoken later.
        """
        if isinstance(error, Busy):
            self._fail(error.code, error.message, CloseCode.TRY_LATER, error.retry_after_ms)
        elif self._conversation.settings is None and not isinstance(error, TooMuch):
            is_temporary = isinstance(error, BackendDown)
            code = CloseCode.TRY_LATER if is_temporary else CloseCode.POLICY
            self._fail(error.code, error.message, code)
        else:
            self._sender.answer([self._writer.error(error.code, error.message, fatal=False)])

    def _slow_reader(self) -> SpeechWarning:
        limit_s = self._limits.stalled_reader_s
        sentence = (
            f"nothing of what was sent was read for {limit_s / 2:g} s; after {limit_s:g} s the server closes"
        )
        return SpeechWarning("slow_reader", sentence)

    def _fail(
        self, code: str, sentence: str, close_code: CloseCode, retry_after_ms: int | None = None
    ) -> None:
        self._is_ending = True
        error = self._writer.error(code, sentence, fatal=True, retry_after_ms=retry_after_ms)
        self._sender.answer([error])
        self._sender.close(close_code)
