"""One Wyoming connection: events in, sound out.

Events are obeyed in the iteration of the event loop in which their bytes arrive, and what can be said is
written as soon as the client takes it. A client that closes its connection has lost interest: what was still
being rendered for it is stopped at once. After an error the server closes it, as wyoming-piper does.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import ExitStack
from typing import Final, cast

from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.dialects.wyoming.wyoming_answers import WyomingAnswers
from voice_server.endpoints.dialects.wyoming.wyoming_events import (
    ClientEvent,
    Describe,
    OtherEvent,
    Ping,
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    VoiceWish,
    WyomingReader,
    error_event,
    event_bytes,
)
from voice_server.endpoints.dialects.wyoming.wyoming_info import WyomingInfo
from voice_server.endpoints.dialects.wyoming.wyoming_voices import wished_settings
from voice_server.errors import Busy, RequestError, VoiceServerError

_log = logging.getLogger(__name__)

_LINGER_S: Final = 5.0
"""How long a client that was sent an error may go on sending: a reset would overtake the error."""
_SLICE_S: Final = 0.001
"""How long one client's events are read, or its sound is written, before everybody else is served."""
_BATCH_BYTES: Final = 64 * 1024
"""How much is written together at least, where so much waits."""
_MAX_ANSWER_BYTES: Final = 512 * 1024
"""When more waits to be taken, it is answers to the client's own events: no more of them are read."""


class WyomingConnections:
    """The connections of one Wyoming address, and what they share."""

    def __init__(self, state: AppState) -> None:
        self.state = state
        self.info = WyomingInfo(state.service)
        self._open: set[WyomingConnection] = set()
        self._ending: dict[WyomingConnection, None] = {}

    def new(self) -> WyomingConnection:
        """The protocol of a new connection."""
        return WyomingConnection(self)

    def add(self, connection: WyomingConnection) -> None:
        """Remember a connection that has been opened."""
        self._open.add(connection)

    def linger(self, connection: WyomingConnection) -> None:
        """Let a connection that was sent an error stay for a while; of too many the oldest ends at once."""
        self._ending[connection] = None
        if len(self._ending) > self.state.service.limits.connections:
            next(iter(self._ending)).abort()

    def remove(self, connection: WyomingConnection) -> None:
        """Forget a connection that has ended."""
        self._open.discard(connection)
        self._ending.pop(connection, None)

    def abort(self) -> None:
        """End all of them."""
        for connection in tuple(self._open):
            connection.abort()


class WyomingConnection(asyncio.Protocol):
    """The server's end of one connection."""

    def __init__(self, connections: WyomingConnections) -> None:
        self._shared = connections
        self._service = connections.state.service
        self._limits = self._service.limits
        self._loop = asyncio.get_running_loop()
        self._reader = WyomingReader()
        self._answers = WyomingAnswers(self._service, on_event=self._write_soon)
        self._counted = ExitStack()
        self._in_chunks = False  # a text has begun that comes in chunks
        self._is_ending = False  # nothing that is received counts any more
        self._is_draining = False
        self._is_write_due = False
        self._is_reading_paused = False
        self._blocked_since: float | None = None  # the client takes nothing
        self._active_at = self._service.now()
        self._watch: asyncio.TimerHandle | None = None

    # ------------------------------------------------------------------ the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let a client in, or tell it that there is no room."""
        self._transport = cast("asyncio.Transport", transport)
        self._shared.add(self)
        try:
            self._enter((transport.get_extra_info("peername") or ("",))[0])
        except Busy as error:
            self._fail(error)
        else:
            self._check_later()

    def _enter(self, address: str) -> None:
        """Be counted among the connections. Raises Busy."""
        state = self._shared.state
        if state.connections.is_full(address, has_asked=False):
            raise Busy("the server has as many connections as it takes; try again later")
        self._counted.enter_context(state.open_work(self))
        self._counted.enter_context(state.connections.one_from(address))

    def eof_received(self) -> None:
        """The client has closed, and hears nothing more."""
        self._is_ending = True
        self._answers.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Free everything."""
        del exc
        self._is_ending = True
        self._answers.close()
        self._counted.close()
        self._shared.remove(self)
        if self._watch is not None:
            self._watch.cancel()

    def abort(self) -> None:
        """End at once."""
        self._transport.abort()

    @property
    def idle_since(self) -> float | None:
        """When the client last sent or took anything, in seconds; None while a text is spoken."""
        return None if self._answers else self._active_at

    def make_room(self) -> None:
        """End, because the server is full and this connection is the one that was idle for longest."""
        self._fail(Busy("the server has no room, and of all its connections this one was idle for longest"))

    def drain(self, in_ms: int) -> None:
        """Take no more text, and end when that which has come is spoken."""
        del in_ms
        self._is_draining = True
        if self._in_chunks:
            self._in_chunks = False
            self._answers.end()
        self._write_soon()

    def _check_later(self) -> None:
        interval_s = min(self._limits.idle_s, self._limits.stalled_reader_s) / 4
        self._watch = self._loop.call_later(interval_s, self._check)

    def _check(self) -> None:
        """End a connection that has been idle, or has not read what it was sent, for too long."""
        now, idle_s = self._service.now(), self._limits.idle_s
        if self._blocked_since is not None and now - self._blocked_since >= self._limits.stalled_reader_s:
            self.abort()
        elif (self._in_chunks or not self._answers) and now - self._active_at >= idle_s:
            self._fail(RequestError(f"no event came for {idle_s:g} s", code="idle"))
        else:
            self._check_later()

    # ------------------------------------------------------------------ reading

    def data_received(self, data: bytes) -> None:
        """Obey the events that are complete."""
        if not (self._is_ending or self._is_draining):
            self._reader.feed(data)
            self._read()

    def _read(self) -> None:
        """Obey events for a moment, those behind them in the next iteration of the event loop."""
        until = self._service.now() + _SLICE_S
        chunks: list[str] = []
        try:
            while not self._has_to_wait() and (event := self._reader.take()) is not None:
                self._active_at = self._service.now()
                if isinstance(event, SynthesizeChunk) and self._in_chunks:
                    chunks.append(event.text)
                else:
                    self._push(chunks)
                    self._obey(event)
                if self._active_at >= until:
                    self._pause_reading()
                    self._loop.call_soon(self._go_on_reading)
                    break
            self._push(chunks)
        except VoiceServerError as error:
            self._fail(error)
        except Exception:  # it would leave the connection open, and nobody reading it
            _log.exception("a connection ends because its events could not be obeyed")
            self.abort()

    def _has_to_wait(self) -> bool:
        """Whether no event may be obeyed now."""
        return self._is_ending or self._is_draining or self._is_reading_paused

    def _pause_reading(self) -> None:
        self._is_reading_paused = True
        self._transport.pause_reading()

    def _go_on_reading(self) -> None:
        has_room = self._transport.get_write_buffer_size() <= _MAX_ANSWER_BYTES
        if self._is_reading_paused and has_room and not self._is_ending:
            self._is_reading_paused = False
            self._transport.resume_reading()
            self._read()

    def _push(self, chunks: list[str]) -> None:
        """Add chunks that came together as one text, which costs less."""
        if chunks:
            text = "".join(chunks)
            chunks.clear()
            self._answers.push(text)

    # ------------------------------------------------------------------ obeying

    def _obey(self, event: ClientEvent) -> None:
        """Do what an event says. Raises VoiceServerError."""
        match event:
            case OtherEvent():
                pass
            case Describe():
                self._answer(self._shared.info.event())
            case Ping(text):
                self._answer(event_bytes("pong", {"text": text}))
            case SynthesizeStart(voice, text_format):
                self._expect(event, in_chunks=False)
                self._open(voice, text_format, in_chunks=True)
                self._in_chunks = True
            case SynthesizeChunk():
                self._expect(event, in_chunks=True)
            case Synthesize() if self._in_chunks:
                pass  # the chunks once more, for servers that know no chunks
            case Synthesize(text, voice, text_format):
                self._open(voice, text_format, in_chunks=False)
                self._answers.push(text)
                self._answers.end()
            case SynthesizeStop():
                self._expect(event, in_chunks=True)
                self._in_chunks = False
                self._answers.end()

    def _expect(self, event: ClientEvent, *, in_chunks: bool) -> None:
        """Raise RequestError for an event that must not come now."""
        if self._in_chunks is in_chunks:
            return
        name = _NAMES[type(event)]
        if in_chunks:
            sentence = f"{name} came without a synthesize-start before it"
        else:
            sentence = f"{name} came before the synthesize-stop of the text before"
        raise RequestError(sentence, code="wrong_order")

    def _open(self, voice: VoiceWish | None, text_format: str | None, *, in_chunks: bool) -> None:
        settings = wished_settings(self._service, voice, text_format)
        self._answers.open(settings, in_chunks=in_chunks)

    def _answer(self, event: bytes) -> None:
        """Send the answer to an event before any sound; a client that does not read them is read no more."""
        self._transport.write(event)
        if self._transport.get_write_buffer_size() > _MAX_ANSWER_BYTES:
            self._pause_reading()

    # ------------------------------------------------------------------ writing

    def pause_writing(self) -> None:
        """The client has not taken what it was sent."""
        self._blocked_since = self._service.now()

    def resume_writing(self) -> None:
        """The client has taken most of what it was sent."""
        self._blocked_since = None
        self._go_on_reading()
        self._write_soon()

    def _write_soon(self) -> None:
        if not self._is_write_due:
            self._is_write_due = True
            self._loop.call_soon(self._write)

    def _write(self) -> None:
        """Write what can be said for a moment, what follows it in the next iteration of the event loop."""
        self._is_write_due = False
        until = self._service.now() + _SLICE_S
        try:
            while self._blocked_since is None and not self._is_ending:
                if not self._write_batch():
                    break
                self._active_at = self._service.now()
                if self._active_at >= until:
                    self._write_soon()
                    return
        except VoiceServerError as error:
            self._fail(error)
        if self._is_draining and not self._answers and not self._is_ending:
            self._is_ending = True
            self._transport.close()

    def _write_batch(self) -> bool:
        """Write what can be said, in portions; whether there was anything."""
        parts: list[bytes] = []
        size = 0
        try:
            while size < _BATCH_BYTES and (more := self._answers.take()) is not None:
                parts += more
                size += sum(map(len, more))
        finally:
            self._transport.writelines(parts)  # what an answer that fails is behind is sent
        return bool(parts)

    # ------------------------------------------------------------------ refusing

    def _fail(self, error: VoiceServerError) -> None:
        """Say what is wrong, end what is heard for clients that do not know errors, and close.

        What the client still sends is thrown away for a while.
        """
        if self._is_ending:
            return
        self._is_ending = True
        self._transport.writelines([error_event(error.code, error.message), *self._answers.break_off()])
        self._counted.close()
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._loop.call_later(_LINGER_S, self.abort)
        self._transport.resume_reading()
        self._transport.write_eof()
        self._shared.linger(self)


_NAMES: Final = {
    SynthesizeStart: "synthesize-start",
    SynthesizeChunk: "synthesize-chunk",
    SynthesizeStop: "synthesize-stop",
}
