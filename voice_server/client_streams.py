"""Connections to `/stream-tokens`: tokens in, typed events out; async and sync, versions 1 and 2.

A stream reads in the background, so a program may send all of its text before it takes the first event, and
nothing of the server waits for it. Iteration ends when the server closes normally; any other end is a
`StreamClosed` with what the server said. With `keep_s` a stream comes back by itself after its connection was
lost, and loses and repeats nothing (client_link.py). Without it, and when the server itself has gone, nothing
reconnects: a turn that was cut off has been heard in part (`clock`), and only the caller knows what to send
next.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
)
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from functools import partial
from threading import Thread
from typing import Any, Final, Generic, Literal, Self, TypeVar

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_connection
from websockets.exceptions import ConnectionClosed

from voice_server.client_addresses import (
    DEFAULT_URL,
    connection_errors,
    connection_options,
    stream_url,
)
from voice_server.client_clock import PlaybackClock
from voice_server.client_events import Done, ErrorEvent, Event, EventReader, Ready, TurnDone
from voice_server.client_link import StreamLink
from voice_server.core.types import JsonObject
from voice_server.errors import RequestError, VoiceServerError

_NORMAL_CLOSURE, _ABNORMAL_CLOSURE, _POLICY_VIOLATION = 1000, 1006, 1008
_CLOSE_REASONS = {
    _NORMAL_CLOSURE: "everything has been said",
    1001: "it is going away",
    _ABNORMAL_CLOSURE: "it vanished without a word",
    1009: "a message was too large",
    1012: "it is shutting down, or starting anew",
    1013: "it is busy; try again later",
}

_MOST_WAITING_BYTES: Final = 128 * 1024 * 1024
"""How much is read ahead of a program that takes no events yet: three quarters of an hour of sound."""
_READ_AHEAD_BYTES: Final = 1024 * 1024
"""How much is read ahead of a program that takes events one after the other: then the server waits for it."""
_EVENT_BYTES: Final = 256
"""What an event takes beside its sound, about."""

Version = Literal[1, 2]
_SendResult = TypeVar("_SendResult")
_Result = TypeVar("_Result")


class StreamClosed(VoiceServerError):
    """The server closed the connection before it was done; `close_code` is the WebSocket's.

    The message is the server's last error, where it gave one.
    """

    code = "stream_closed"

    def __init__(self, close_code: int, reason: str = "", error: ErrorEvent | None = None) -> None:
        reason = reason or _CLOSE_REASONS.get(close_code, "it gave no reason")
        message = error.msg if error else f"the server closed the connection ({close_code}): {reason}"
        super().__init__(message, code=error.code if error and error.code else None)
        self.close_code = close_code


class StreamRefused(StreamClosed, RequestError):
    """The server closed the connection because what it was asked for is wrong, such as an unknown voice."""


class _StreamCommands(Generic[_SendResult]):
    """The messages that a client can send; `_send` sends one, at once or when awaited."""

    def _send(self, **fields: Any) -> _SendResult:
        raise NotImplementedError

    def send_text(self, text: str, turn: str | None = None) -> _SendResult:
        """Append text to the turn, joined verbatim to what came before; `turn` names it (version 2)."""
        return self._send(token=text, turn=turn)

    def flush(self, flush_id: int | str | None = None) -> _SendResult:
        """Speak what is buffered now; the turn stays open. `Flushed` answers (version 2)."""
        return self._send(flush=True, id=flush_id)

    def end(self, turn: str | None = None) -> _SendResult:
        """End the turn; the connection stays open for the next one. Answered by `TurnDone` (version 2)."""
        return self._send(end=True, turn=turn)

    def done(self) -> _SendResult:
        """Announce that no more text will come: the server speaks the rest, sends `Done` and closes."""
        return self._send(done=True)

    def cancel(self, played_ms: float | None = None, turn: str | None = None) -> _SendResult:
        """Barge in. `Cancelled` answers, with the text that was heard if the play position is given."""
        return self._send(cancel=True, played_ms=played_ms, turn=turn)

    def pause(self) -> _SendResult:
        """Stop delivering and rendering ahead (version 2)."""
        return self._send(pause=True)

    def resume(self) -> _SendResult:
        """Deliver again after a pause (version 2)."""
        return self._send(resume=True)

    def played(self, played_ms: float, turn: str | None = None) -> _SendResult:
        """Report the play position within the turn (version 2)."""
        return self._send(played_ms=played_ms, turn=turn)

    def ping(self, carried: float | str = 0) -> _SendResult:
        """Ask for a `Pong` that carries the same (version 2)."""
        return self._send(ping=carried)

    def configure(self, **config: Any) -> _SendResult:
        """Change the sticky configuration: voice, backend, lang, opts and the others of the protocol."""
        return self._send(**config)


class _WaitingEvents:
    """The events that were read and not taken; whoever adds one waits while they are too many.

    Not `is_bounded` they are never too many: the connection has ended, and what came of it is little.
    """

    def __init__(self) -> None:
        self._events: deque[tuple[Event, int]] = deque()
        self._bytes = 0
        self._readers = 0
        self._changed = asyncio.Event()
        self._is_bounded = True
        self.is_over = False
        """Whether nothing more will be added."""

    async def add(self, event: Event, size: int) -> None:
        """Add an event of so many bytes, and wait until there is room for another one."""
        self._events.append((event, size + _EVENT_BYTES))
        self._bytes += size + _EVENT_BYTES
        self._changed.set()
        while self._is_bounded and self._bytes > self._most_bytes:
            await self._wait()

    def set_bounded(self, *, bounded: bool) -> None:
        """Whether there is a limit to what waits."""
        self._is_bounded = bounded
        self._changed.set()

    def end(self) -> None:
        """Nothing more will come."""
        self.is_over = True
        self._changed.set()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Somebody takes the events one after the other."""
        self._readers += 1
        try:
            yield
        finally:
            self._readers -= 1
            self._changed.set()

    async def take(self) -> Event | None:
        """The next event; None when there will be no more."""
        while not self._events:
            if self.is_over:
                return None
            await self._wait()
        event, size = self._events.popleft()
        self._bytes -= size
        self._changed.set()
        return event

    @property
    def _most_bytes(self) -> int:
        return _READ_AHEAD_BYTES if self._readers else _MOST_WAITING_BYTES

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()


class AsyncStream(_StreamCommands[Awaitable[None]]):
    """An open stream; iterate it for events, and send before, meanwhile or after.

    `clock` knows where the listener of what was iterated is.
    """

    def __init__(
        self,
        connection: ClientConnection,
        dial: Callable[[], Awaitable[ClientConnection]],
        keep_s: float,
        version: Version,
    ) -> None:
        self._version = version
        self.clock = PlaybackClock()
        self._reader = EventReader()
        self._waiting = _WaitingEvents()
        on_loss = partial(self._waiting.set_bounded, bounded=False)
        self._link = StreamLink(connection, dial, on_loss, keep_s)
        self._last_error: ErrorEvent | None = None
        self._is_done = False
        self._spoken: set[str] = set()  # names of turns
        self._end: VoiceServerError | None = None
        self._reading = asyncio.create_task(self._read())

    async def _send(self, **fields: Any) -> None:
        await self.send_message(fields)

    async def send_message(self, fields: JsonObject) -> None:
        """Send a message of the protocol, without its keys that are None. Raises StreamClosed."""
        given = {key: value for key, value in fields.items() if value is not None}
        if (form := given.get("format")) is not None:
            self._reader.configure(form)
        try:
            await self._link.send(json.dumps(given, separators=(",", ":")))
        except ConnectionClosed as error:
            await asyncio.wait((self._reading,))  # for what the server said before
            raise (self._end or self._closed_error(error)) from None

    async def speak(
        self, tokens: AsyncIterable[str] | Iterable[str], turn: str | None = None
    ) -> AsyncGenerator[Event, None]:
        """Send tokens as they come, and hand out what comes back, to the end of their turn (version 2).

        Whoever leaves before that cancels the turn. An error of the tokens cancels it too, and is raised.
        Raises RequestError for a name that another turn had, and in version 1.
        """
        name = turn or f"spoken {len(self._spoken) + 1}"
        if self._version == 1:
            raise RequestError("version 1 has no turns: send_text, done, and iterate the stream")
        if name in self._spoken:
            raise RequestError(f"there was a turn {name[:40]!r}; name a new one")
        self._spoken.add(name)
        sending = asyncio.create_task(self._send_turn(tokens, name))
        is_over = False
        try:
            async with aclosing(aiter(self)) as events:
                async for event in events:
                    is_over = isinstance(event, TurnDone) and event.turn == name
                    yield event
                    if is_over:
                        break
            await sending
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            if not is_over:
                with suppress(StreamClosed):
                    await self.cancel(turn=name)

    async def _send_turn(self, tokens: AsyncIterable[str] | Iterable[str], turn: str) -> None:
        try:
            if isinstance(tokens, AsyncIterable):
                async for token in tokens:
                    await self.send_text(token, turn)
            else:
                for token in tokens:
                    await self.send_text(token, turn)
        except Exception:
            await self.end(turn)  # so that there is one, whether a token came or not
            await self.cancel(turn=turn)
            raise
        await self.end(turn)

    async def interrupt(self) -> None:
        """Barge in where the clock says that the listener is; what was not heard counts as thrown away.

        `Cancelled` answers for each turn of which sound was not heard.
        """
        position = self.clock.position
        self.clock.clear()
        if position is not None:
            await self.played(position.played_ms, position.turn)
        await self.cancel()

    async def aclose(self) -> None:
        """Close the connection; messages still on their way are dropped, and the server stops speaking."""
        self._reading.cancel()
        await asyncio.wait((self._reading,))
        self._waiting.end()  # a task that is cancelled before its first step does not
        await self._link.aclose()

    async def __aiter__(self) -> AsyncGenerator[Event, None]:
        with self._waiting.reading():
            while (event := await self._waiting.take()) is not None:
                self.clock.receive(event)
                yield event
        if self._end is not None:
            raise self._end

    async def _read(self) -> None:
        """Read until the server closes, or the connection is lost for good."""
        try:
            async with aclosing(self._link.messages()) as messages:
                async for message in messages:
                    await self._take(message)
        except ConnectionClosed as error:
            if not self._is_done:
                self._end = self._closed_error(error)
        except VoiceServerError as error:
            self._end = error
        finally:
            self._waiting.end()

    async def _take(self, message: str | bytes) -> None:
        event = self._reader.read(message)
        if isinstance(event, ErrorEvent):
            self._last_error = event
        elif isinstance(event, Ready):
            self._link.keep(event.session, event.keep_s)
            self._waiting.set_bounded(bounded=True)
        elif isinstance(event, Done):
            self._is_done = True
        await self._waiting.add(event, len(message))

    def _closed_error(self, error: ConnectionClosed) -> StreamClosed:
        if error.rcvd is None:
            return StreamClosed(_ABNORMAL_CLOSURE)
        kind = StreamRefused if error.rcvd.code == _POLICY_VIOLATION else StreamClosed
        return kind(error.rcvd.code, error.rcvd.reason, self._last_error)


class SyncStream(_StreamCommands[None]):
    """A stream without asyncio; another thread may send while this one iterates."""

    def __init__(self, stream: AsyncStream, loop: _LoopThread) -> None:
        self._stream = stream
        self._loop = loop

    @property
    def clock(self) -> PlaybackClock:
        """Where the listener of what was iterated is."""
        return self._stream.clock

    def _send(self, **fields: Any) -> None:
        self._loop.run(self._stream.send_message(fields))

    def speak(self, tokens: Iterable[str], turn: str | None = None) -> Iterator[Event]:
        """Send tokens as they come and hand out what comes back; see `AsyncStream.speak`."""
        return self._iterated(self._stream.speak(_taken_in_threads(tokens), turn))

    def interrupt(self) -> None:
        """Barge in where the clock says that the listener is; see `AsyncStream.interrupt`."""
        self._loop.run(self._stream.interrupt())

    def close(self) -> None:
        """Close the connection; messages still on their way are dropped, and the server stops speaking."""
        self._loop.run(self._stream.aclose())

    def __iter__(self) -> Iterator[Event]:
        return self._iterated(aiter(self._stream))

    def _iterated(self, events: AsyncGenerator[Event, None]) -> Iterator[Event]:
        async def take() -> Event | None:
            return await anext(events, None)

        try:
            while (event := self._loop.run(take())) is not None:
                yield event
        finally:
            self._loop.run(events.aclose())


async def _taken_in_threads(tokens: Iterable[str]) -> AsyncGenerator[str, None]:
    """What an iterable gives that may block."""
    iterator = iter(tokens)
    while (token := await asyncio.to_thread(next, iterator, None)) is not None:
        yield token


class _LoopThread:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="voice-server client", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Do some work there; returns what comes of it."""
        if not self._thread.is_alive():  # an iterator that was left and is cleared away only now
            work.close()
            raise StreamClosed(_NORMAL_CLOSURE)
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@asynccontextmanager
async def connect(
    url: str = DEFAULT_URL, *, version: Version = 2, token: str | None = None, **config: Any
) -> AsyncIterator[AsyncStream]:
    """Open a stream; `config` is the protocol's: voice, backend, lang, opts, timestamps, markup …

    `token` is what a server that asks for one printed when it was started. With `keep_s` the stream comes
    back by itself, so many seconds after its connection was lost at the latest. Raises NoServer when nobody
    answers there.
    """
    address = stream_url(url)

    async def dial() -> ClientConnection:
        with connection_errors(address):
            return await open_connection(address, **connection_options(address, token))

    given = {key: value for key, value in config.items() if value is not None}
    stream = AsyncStream(await dial(), dial, given.get("keep_s", 0.0), version)
    try:
        if first := {"v": 2, **given} if version == 2 else given:
            await stream.send_message(first)
        yield stream
    finally:
        await stream.aclose()


@contextmanager
def connect_sync(
    url: str = DEFAULT_URL, *, version: Version = 2, token: str | None = None, **config: Any
) -> Iterator[SyncStream]:
    """The same as `connect`, without asyncio: the stream's own event loop runs in a thread."""
    with _LoopThread() as loop:
        opening = connect(url, version=version, token=token, **config)
        stream = loop.run(opening.__aenter__())
        try:
            yield SyncStream(stream, loop)
        finally:
            loop.run(opening.__aexit__(None, None, None))
