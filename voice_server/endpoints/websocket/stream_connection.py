"""`/stream-tokens`: an LLM's tokens in, sentences and PCM out.

Messages become commands (core/stream_session.py), and commands calls of the speech service, in the iteration
of the event loop in which they are read. A second task sends (stream_sender.py). When the connection ends,
what was still being spoken is cancelled: a closed socket frees its workers at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from starlette.websockets import WebSocket

from voice_server.config import Limits
from voice_server.core import stream_session as commands
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.stream_session import StreamSession
from voice_server.core.types import SpeechWarning
from voice_server.core.wire.client_messages import ClientMessage
from voice_server.core.wire.field_descriptions import complaint_about
from voice_server.core.wire.message_reader import MessageReader
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.server_messages import Message, to_json
from voice_server.endpoints.websocket.stream_sender import StreamSender
from voice_server.endpoints.websocket.stream_turns import StreamTurns, encoding_of
from voice_server.endpoints.websocket.version_writers import VersionWriter, writer_for
from voice_server.endpoints.websocket.websocket_protocol import PROTOCOL_EXTENSION, WebSocketProtocol
from voice_server.errors import BackendDown, Busy, TooMuch, VoiceServerError
from voice_server.speech import SpeechService

_NOTHING_TO_CANCEL = SpeechWarning("nothing_to_cancel", "no such turn is being spoken")


class StreamConnection:
    """The receiving side of one WebSocket, which owns the turns and the sender."""

    def __init__(self, websocket: WebSocket, service: SpeechService, session: StreamSession) -> None:
        self._websocket = websocket
        self._protocol: WebSocketProtocol | None = websocket.scope.get("extensions", {}).get(
            PROTOCOL_EXTENSION
        )
        self._service = service
        self._limits: Limits = service.limits
        self._session = session
        self._reader = MessageReader()
        self._settings: SpeechSettings | None = None
        wake_up = asyncio.Event()
        self._turns = StreamTurns(service, on_event=wake_up.set)
        self._sender = StreamSender(websocket, self._protocol, self._turns, wake_up, service.now)
        self._last_message_at = service.now()

    async def run(self) -> None:
        """Serve until the connection is closed, by either side."""
        try:
            async with asyncio.TaskGroup() as tasks:
                reader = tasks.create_task(self._read())
                sender = tasks.create_task(self._sender.run())
                watch = tasks.create_task(self._watch(sender))
                sender.add_done_callback(lambda _: (reader.cancel(), watch.cancel()))
        finally:
            self._turns.close()

    @property
    def idle_since(self) -> float | None:
        """When the client last sent or took anything, in seconds; None while a turn is open."""
        if self._turns or self._sender.is_closing:
            return None
        return max(self._last_message_at, self._sender.last_taken_at)

    def make_room(self) -> None:
        """Close, because the server is full and this connection is the one that was idle for longest."""
        sentence = "the server has no room, and of all its connections this one was idle for longest"
        self._fail("busy", sentence, CloseCode.TRY_LATER)

    def drain(self, in_ms: int) -> None:
        """Announce that the server stops, take no more text, and close when the open turns are over."""
        self._sender.answer(self._writer.closing(in_ms))
        self._apply(self._session.drain())
        self._sender.close_when_spoken(CloseCode.RESTART)

    @property
    def _writer(self) -> VersionWriter:
        return writer_for(self._session.version)

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
        while True:
            await asyncio.sleep(min(idle_s, stalled_s) / 4)
            silent_s = self._service.now() - self._last_message_at
            if self._sender.stalled_s >= stalled_s:
                sender.cancel()
            elif not self._turns and silent_s >= idle_s and not self._sender.is_closing:
                self._fail("idle", f"no message came for {idle_s:g} s", CloseCode.NORMAL)

    def _receive(self, messages: Sequence[Message]) -> int:
        """Obey messages that came together, and return how many of them.

        Tokens that follow one another are one text; anything else may take long, and is obeyed alone.
        """
        self._last_message_at = self._service.now()
        tokens: list[str] = []
        obeyed = 0
        for message in messages:
            if self._sender.is_closing:
                return len(messages)
            obeyed += 1
            decoded = self._decoded(message)
            if decoded is None:
                continue
            text = self._session.text_for_open_turn(decoded)
            if text is None:
                self._push(tokens)
                tokens = []
                self._obey(decoded)
                break
            tokens.append(text)
        self._push(tokens)
        if self._reader.warnings:
            self._sender.answer(self._writer.warnings(self._reader.take_warnings()))
        return obeyed

    def _push(self, tokens: list[str]) -> None:
        if not tokens:
            return
        try:
            self._turns.push("".join(tokens))
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
            return self._reader.read(message, self._session.turn)
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
        try:
            self._check_limits(message)
            config = self._session.config_after(message)
            encoding_of(config.format)
            settings = self._settings
            warnings: list[SpeechWarning] = []
            if settings is None or config is not self._session.config:
                settings, warnings = self._service.settings(config.request)
            takes_text = self._session.turn is not None
            todo = self._session.receive(message, config)
            if settings is not self._settings:
                if takes_text and not any(isinstance(each, commands.OpenTurn) for each in todo):
                    self._turns.newest.configure(settings)
                self._configure(settings, warnings)
            self._apply(todo)
        except VoiceServerError as error:
            self._refuse(error)

    def _check_limits(self, message: ClientMessage) -> None:
        """Raise TooMuch for text or a turn more than may wait, before anything has changed."""
        if message.token and not message.cancel:
            self._turns.check_text(len(message.token))
        most = self._limits.open_turns
        if self._turns.is_full(most) and self._session.adds_turn(message):
            raise TooMuch(
                f"a connection has at most {most} turns that have not been spoken; begin the next one later",
                code="too_many_turns",
            )

    def _configure(self, settings: SpeechSettings, warnings: list[SpeechWarning]) -> None:
        if self._settings is None:
            ready = self._service.backends()[settings.backend].ready
            assert ready is not None
            form = self._session.config.format
            self._sender.answer(
                self._writer.ready(
                    settings,
                    form.encoding,
                    encoding_of(form).sample_rate_hz,
                    ready.capabilities,
                    self._limits,
                )
            )
        self._settings = settings
        self._sender.answer(self._writer.warnings(warnings))

    def _apply(self, todo: list[commands.SessionCommand]) -> None:
        """Perform the commands of a message; one that passes a limit is refused, and the rest performed."""
        for command in todo:
            try:
                self._perform(command)
            except TooMuch as error:
                self._refuse(error)

    def _perform(self, command: commands.SessionCommand) -> None:
        match command:
            case commands.PushToTurn(text):
                self._turns.push(text)
            case commands.OpenTurn(name):
                self._open_turn(name)
            case commands.EndTurn():
                self._turns.newest.end()
            case commands.FlushTurn(flush_id):
                self._turns.newest.flush(flush_id)
            case commands.CancelTurns():
                self._cancel(command)
            case commands.PlayedUntil(name, played_ms):
                self._turns.set_played(name, played_ms)
            case commands.SetPaused(paused):
                self._turns.set_paused(paused=paused)
                self._sender.answer([to_json({"type": "paused" if paused else "resumed"})])
            case commands.AnswerPing(ping):
                self._sender.answer([to_json({"type": "pong", "ping": ping})])
            case commands.CloseWhenSpoken():
                self._sender.close_when_spoken(CloseCode.NORMAL)

    def _open_turn(self, name: str) -> None:
        assert self._settings is not None
        self._turns.open(name, self._settings, self._session.config.format, self._writer)

    def _cancel(self, command: commands.CancelTurns) -> None:
        answers, has_stopped = self._turns.cancel(command)
        self._sender.answer(answers)
        if not has_stopped and not command.preempted:
            self._sender.answer(self._writer.warnings([_NOTHING_TO_CANCEL]))

    # ------------------------------------------------------------------ refusing

    def _refuse(self, error: VoiceServerError) -> None:
        """Answer with an error; close as well where nothing was configured yet and this cannot be either."""
        if self._settings is None and not isinstance(error, TooMuch):
            is_temporary = isinstance(error, Busy | BackendDown)
            code = CloseCode.TRY_LATER if is_temporary else CloseCode.POLICY
            self._fail(error.code, error.message, code)
        else:
            self._sender.answer([self._writer.error(error.code, error.message, fatal=False)])

    def _fail(self, code: str, sentence: str, close_code: CloseCode) -> None:
        self._sender.answer([self._writer.error(code, sentence, fatal=True)])
        self._sender.close(close_code)
