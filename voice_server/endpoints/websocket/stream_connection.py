"""`/stream-tokens`: an LLM's tokens in, sentences and PCM out, versions 1 and 2.

Messages become commands (core/session.py) and commands calls of the speech service in the turn of the loop in
which they are read. A task writes: answers first, then the events of the turn that is being heard. It ends
with the connection, and what was still being spoken is cancelled: a closed socket frees its workers at once.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from voice_server.config import Limits
from voice_server.core import stream_session as commands
from voice_server.core.audio.resample import Resampler
from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.speech.utterance_events import FinishReason, UtteranceEvent, UtteranceFinished
from voice_server.core.stream_session import StreamSession
from voice_server.core.types import SAMPLE_RATE_HZ, SpeechWarning
from voice_server.core.wire.client_messages import ClientMessage
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.server_messages import (
    Message,
    Version2,
    error_message,
    to_json,
    warning_message,
)
from voice_server.endpoints.websocket.stream_turn import Turn
from voice_server.endpoints.websocket.websocket_protocol import DIRECT_LINE, WebSocketProtocol
from voice_server.errors import BackendDown, Busy, TooMuch, VoiceServerError
from voice_server.speech import SpeechService

_PLAYED_OUT_TURNS = 8
"""How many turns that were sent to their end may still be interrupted: engines are faster than listeners."""

_TOGETHER_BYTES = 64 * 1024
"""So much is sent together at least, where it waits: as much as a socket takes before it says to wait."""

_decode = msgspec.json.Decoder(ClientMessage).decode


class StreamConnection:
    """One WebSocket from accept to close."""

    def __init__(self, websocket: WebSocket, service: SpeechService, session: StreamSession) -> None:
        self._websocket = websocket
        self._line: WebSocketProtocol | None = websocket.scope.get("extensions", {}).get(DIRECT_LINE)
        self._service = service
        self._limits: Limits = service.limits
        self._session = session
        self._settings: SpeechSettings | None = None
        self._turns: deque[Turn] = deque()
        self._played_out: deque[Turn] = deque(maxlen=_PLAYED_OUT_TURNS)
        self._opened_turns = 0
        self._paused = False
        self._answers: deque[str] = deque()
        self._something_to_send = asyncio.Event()
        self._is_gone = False
        self._close_code: int | None = None  # close with it once the answers are sent …
        self._close_code_when_over: int | None = None  # … or once every turn is over
        self._last_message_at = service.now()
        self._sending_since: float | None = None

    async def run(self) -> None:
        """Serve until the client is done, gone, or at fault."""
        try:
            async with asyncio.TaskGroup() as tasks:
                reader = tasks.create_task(self._read())
                writer = tasks.create_task(self._write())
                watch = tasks.create_task(self._watch(writer))
                writer.add_done_callback(lambda _: (reader.cancel(), watch.cancel()))
        finally:
            for turn in self._turns:
                turn.speech.close()

    def drain(self, in_ms: int) -> None:
        """The server is going down: take no more text, say so, close when the open turns are over."""
        if self._session.version.number == 2:
            self._answer({"type": "closing", "reason": "restart", "in_ms": in_ms})
        self._apply(self._session.drain())
        self._close_code_when_over = self._close_code_when_over or CloseCode.RESTART
        self._wake()

    # ------------------------------------------------------------------ reading

    async def _read(self) -> None:
        if self._line is not None:
            self._line.listen(self._take)
        while self._close_code is None:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                self._is_gone = True
                self._wake()
                return
            self._take([message["text"] if "text" in message else message["bytes"]])

    async def _watch(self, writer: asyncio.Task[None]) -> None:
        """Close a connection that says nothing, and one that takes nothing of what it is sent."""
        idle_s, stalled_s = self._limits.idle_s, self._limits.stalled_reader_s
        while True:
            await asyncio.sleep(min(idle_s, stalled_s) / 4)
            now = self._service.now()
            if self._sending_since is not None and now - self._sending_since >= stalled_s:
                writer.cancel()
            elif not self._turns and now - self._last_message_at >= idle_s and self._close_code is None:
                self._fatal("idle", f"no message came for {idle_s:g} s", CloseCode.NORMAL)

    def _take(self, messages: Sequence[Message]) -> None:
        """Obey messages that came together; tokens that follow one another are one text."""
        self._last_message_at = self._service.now()
        tokens: list[str] = []
        for message in messages:
            if self._close_code is not None:
                return
            decoded = self._decoded(message)
            if decoded is None:
                continue
            text = self._session.text_for_open_turn(decoded)
            if text is not None:
                tokens.append(text)
            else:
                self._push(tokens)
                tokens = []
                self.obey(decoded)
        self._push(tokens)

    def _push(self, tokens: list[str]) -> None:
        if not tokens:
            return
        try:
            self._turns[-1].speech.push("".join(tokens))
        except TooMuch as error:
            if len(tokens) == 1:
                self._refuse(error)
            else:
                for token in tokens:
                    self._push([token])

    def _decoded(self, message: Message) -> ClientMessage | None:
        if isinstance(message, bytes):
            self._fatal(
                "wrong_kind", "messages to this address are JSON text, not binary", CloseCode.WRONG_KIND
            )
            return None
        try:
            return _decode(message)
        except (msgspec.ValidationError, UnicodeError) as error:
            self._fatal("invalid_message", f"a message is not as it must be: {error}", CloseCode.POLICY)
        except msgspec.DecodeError as error:
            self._fatal("invalid_json", f"a message must be one JSON object: {error}", CloseCode.INVALID_TEXT)
        return None

    def obey(self, message: ClientMessage) -> None:
        """Do what a message says, or tell the client why not and change nothing."""
        try:
            config = self._session.config_after(message)
            settings = self._settings
            notices: list[SpeechWarning] = []
            if settings is None or config is not self._session.config:
                settings, notices = self._service.settings(config.request)
            takes_text = self._session.turn is not None
            todo = self._session.receive(message, config)
            if settings is not self._settings:
                if takes_text:
                    self._turns[-1].speech.configure(settings)
                self._configure(settings, notices)
            self._apply(todo)
        except VoiceServerError as error:
            self._refuse(error)

    def _refuse(self, error: VoiceServerError) -> None:
        """Without any configuration that can be obeyed the connection is of no use."""
        if self._settings is None:
            self._fatal(
                error.code,
                error.message,
                CloseCode.TRY_LATER if isinstance(error, Busy | BackendDown) else CloseCode.POLICY,
            )
        else:
            self._error(error.code, error.message, fatal=False)

    def _configure(self, settings: SpeechSettings, notices: list[SpeechWarning]) -> None:
        was_ready = self._settings is not None
        self._settings = settings
        if self._session.version.number == 2:
            if not was_ready:
                self._answer(self._ready())
            for notice in notices:
                self._answers.append(warning_message(notice.code, notice.message))
            self._wake()

    def _apply(self, todo: list[commands.SessionCommand]) -> None:
        for command in todo:
            match command:
                case commands.PushToTurn(text):
                    self._turns[-1].speech.push(text)
                case commands.OpenTurn(name):
                    self._open_turn(name)
                case commands.EndTurn():
                    self._turns[-1].speech.end()
                case commands.FlushTurn(flush_id):
                    self._turns[-1].speech.flush(flush_id)
                case commands.CancelTurns():
                    self._cancel(command)
                case commands.PlayedUntil(name, played_ms):
                    self._set_played(name, played_ms)
                case commands.SetPaused(paused):
                    self._set_paused(paused=paused)
                case commands.AnswerPing(ping):
                    self._answer({"type": "pong", "ping": ping})
                case commands.CloseWhenSpoken():
                    self._close_code_when_over = CloseCode.NORMAL
                    self._wake()

    def _ready(self) -> dict[str, Any]:
        settings, form = self._settings, self._session.config.format
        assert settings is not None
        ready = self._service.backends()[settings.backend].ready
        assert ready is not None
        return {
            "type": "ready",
            "session": secrets.token_hex(8),
            "voice": settings.voice,
            "backend": settings.backend,
            "sample_rate": form.rate,
            "encoding": form.encoding,
            "limits": {
                "message_bytes": self._limits.message_bytes,
                "buffered_chars": self._limits.buffered_chars,
                "segment_chars": settings.max_segment_chars,
            },
            "capabilities": msgspec.to_builtins(ready.capabilities),
        }

    # ------------------------------------------------------------------ turns

    def _open_turn(self, name: str) -> None:
        assert self._settings is not None
        form = self._session.config.format
        after = self._turns[-1].speech if self._turns else None
        speech = self._service.open(self._settings, after=after, on_event=self._wake)
        if self._paused:
            speech.pause()
        writer = None
        if self._session.version.number == 2:
            writer = Version2(name, self._opened_turns, tagged=form.frames == "tagged")
        resampler = None if form.rate == SAMPLE_RATE_HZ else Resampler(SAMPLE_RATE_HZ, form.rate)
        self._turns.append(Turn(name, speech, writer, resampler))
        self._opened_turns += 1

    def _open_turns(self, name: str | None) -> list[Turn]:
        return [turn for turn in self._turns if not turn.speech.is_over and name in (None, turn.name)]

    def _cancel(self, command: commands.CancelTurns) -> None:
        self._cut_played_out(command)
        turns = self._open_turns(command.turn)
        reason = FinishReason.PREEMPTED if command.preempted else FinishReason.CANCELLED
        for turn in turns:
            is_heard = turn is self._turns[0]
            turn.speech.cancel(command.played_ms if is_heard else None, reason)

    def _cut_played_out(self, command: commands.CancelTurns) -> None:
        """Answer for turns that were sent to their end but are still being played.

        The first of them is the one being heard; of those behind it nothing has been.
        """
        played_ms, is_answered = command.played_ms, False
        for turn in list(self._played_out):
            if command.turn in (None, turn.name):
                heard = turn.speech.heard(played_ms)
                self._played_out.remove(turn)
                if heard.dropped_ms > 0:
                    self._answers.extend(each for each in turn.messages(heard) if isinstance(each, str))
                    played_ms, is_answered = 0.0, True
        if not is_answered and not command.preempted and not self._open_turns(command.turn):
            self._answers.append(warning_message("nothing_to_cancel", "no such turn is being spoken"))
        self._wake()

    def _set_played(self, name: str | None, played_ms: float) -> None:
        playing = (turn for turn in (*self._played_out, *self._turns) if turn.speech.is_playing)
        for turn in playing:
            if name in (None, turn.name):
                turn.speech.played(played_ms)
                return

    def _set_paused(self, *, paused: bool) -> None:
        self._paused = paused
        for turn in self._turns:
            if paused:
                turn.speech.pause()
            else:
                turn.speech.resume()
        self._answer({"type": "paused" if paused else "resumed"})

    # ------------------------------------------------------------------ writing

    async def _write(self) -> None:
        try:
            while not self._is_gone:
                while messages := self._next_messages():
                    await self._send(messages)
                if self._close_code is None and not self._turns:
                    self._close_code = self._close_code_when_over
                if self._close_code is not None:
                    await self._close(self._close_code)
                    return
                self._something_to_send.clear()
                await self._something_to_send.wait()
        except WebSocketDisconnect:
            return

    def _next_messages(self) -> list[Message]:
        """What can be sent now, in portions: more is taken when the client has taken most of that."""
        messages: list[Message] = [*self._answers]
        self._answers.clear()
        size = 0
        while (
            size < _TOGETHER_BYTES and self._close_code is None and (found := self._next_event()) is not None
        ):
            turn, event = found
            for message in turn.messages(event):
                messages.append(message)
                size += len(message)
        return messages

    def _next_event(self) -> tuple[Turn, UtteranceEvent] | None:
        for turn in self._turns:
            # A turn that was cut off answers at once; otherwise turns are heard one after the other.
            if turn.speech.is_over or turn is self._turns[0]:
                event = turn.speech.take()
                if event is not None:
                    if isinstance(event, UtteranceFinished):
                        self._turns.remove(turn)
                        if event.reason is FinishReason.COMPLETE:
                            self._played_out.append(turn)
                    return turn, event
        return None

    async def _send(self, messages: Sequence[Message]) -> None:
        self._sending_since = self._service.now()
        if self._line is not None:
            await self._line.send_all(messages)
        else:
            for message in messages:
                kind = "text" if isinstance(message, str) else "bytes"
                await self._websocket.send({"type": "websocket.send", kind: message})
        self._sending_since = None

    async def _close(self, code: int) -> None:
        if code == CloseCode.NORMAL and self._close_code_when_over == CloseCode.NORMAL:
            await self._send([to_json({"type": "done"})])
        await self._websocket.close(code)

    # ------------------------------------------------------------------ answers

    def _answer(self, message: dict[str, Any]) -> None:
        self._answers.append(to_json(message))
        self._wake()

    def _error(self, code: str, msg: str, *, fatal: bool) -> None:
        more = {"fatal": fatal} if self._session.version.number == 2 else {}
        self._answers.append(error_message(code, msg, **more))
        self._wake()

    def _fatal(self, code: str, msg: str, close_code: int) -> None:
        self._error(code, msg, fatal=True)
        self._close_code = close_code

    def _wake(self) -> None:
        self._something_to_send.set()
