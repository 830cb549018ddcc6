"""Connections to `/stream-tokens`: tokens in, typed events out; async and sync, versions 1 and 2.

Iteration ends when the server closes normally; any other end is a `StreamClosed` with what the server said.
Nothing reconnects by itself: a turn that was cut off has been heard in part, and only the caller knows what
to send next.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from threading import Thread
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection as AsyncConnection
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import (
    ConcurrencyError,
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    InvalidURI,
)
from websockets.sync.client import ClientConnection as SyncConnection
from websockets.sync.client import connect as connect_blocking

from voice_server.client_events import (
    ErrorEvent,
    Event,
    EventReader,
)
from voice_server.core.types import JsonObject
from voice_server.errors import ConfigError, RequestError, VoiceServerError

DEFAULT_URL = "ws://localhost:8000/stream-tokens"
_PATH = "/stream-tokens"
_OPEN_TIMEOUT_S = 10
_CLOSE_TIMEOUT_S = 2
_MAX_MESSAGE_BYTES = 16 * 1024 * 1024
_ABNORMAL_CLOSURE, _POLICY_VIOLATION = 1006, 1008
_CLOSE_REASONS = {
    1001: "it is going away",
    _ABNORMAL_CLOSURE: "it vanished without a word",
    1009: "a message was too large",
    1012: "it is shutting down, or starting anew",
    1013: "it is busy; try again later",
}

_library_log = logging.getLogger(__name__)
_library_log.addFilter(
    lambda record: record.levelno > logging.DEBUG
)  # that is where the token would be shown

Version = Literal[1, 2]
_SendResult = TypeVar("_SendResult")


class NoServer(VoiceServerError):
    """Nothing that speaks this protocol answers at the address."""

    code = "no_server"


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

    def __init__(self) -> None:
        self._reader = EventReader()
        self._last_error: ErrorEvent | None = None
        self._is_closing = False

    def _send(self, message: str) -> _SendResult:
        raise NotImplementedError

    def send_text(self, text: str, turn: str | None = None) -> _SendResult:
        """Append text to the turn, joined verbatim to what came before; `turn` names it (version 2)."""
        return self._send(_encoded(token=text, turn=turn))

    def flush(self, flush_id: int | str | None = None) -> _SendResult:
        """Speak what is buffered now; the turn stays open. `Flushed` answers (version 2)."""
        return self._send(_encoded(flush=True, id=flush_id))

    def end(self, turn: str | None = None) -> _SendResult:
        """End the turn; the connection stays open for the next one. Answered by `TurnDone` (version 2)."""
        return self._send(_encoded(end=True, turn=turn))

    def done(self) -> _SendResult:
        """Announce that no more text will come: the server speaks the rest, sends `Done` and closes."""
        return self._send(_encoded(done=True))

    def cancel(self, played_ms: float | None = None, turn: str | None = None) -> _SendResult:
        """Barge in. `Cancelled` answers, with the text that was heard if the play position is given."""
        return self._send(_encoded(cancel=True, played_ms=played_ms, turn=turn))

    def pause(self) -> _SendResult:
        """Stop delivering and rendering ahead (version 2)."""
        return self._send(_encoded(pause=True))

    def resume(self) -> _SendResult:
        """Deliver again after a pause (version 2)."""
        return self._send(_encoded(resume=True))

    def played(self, played_ms: float, turn: str | None = None) -> _SendResult:
        """Report the play position within the turn (version 2)."""
        return self._send(_encoded(played_ms=played_ms, turn=turn))

    def ping(self, carried: float | str = 0) -> _SendResult:
        """Ask for a `Pong` that carries the same (version 2)."""
        return self._send(_encoded(ping=carried))

    def configure(self, **config: Any) -> _SendResult:
        """Change the sticky configuration: voice, backend, lang, opts and the others of the protocol."""
        if (form := config.get("format")) is not None:
            self._reader.is_tagged = form.get("frames") == "tagged"
        return self._send(_encoded(**config))

    def _read(self, message: str | bytes) -> Event:
        event = self._reader.read(message)
        if isinstance(event, ErrorEvent):
            self._last_error = event
        return event

    def _closed_error(self, error: ConnectionClosed) -> StreamClosed:
        if error.rcvd is None:
            return StreamClosed(_ABNORMAL_CLOSURE)
        kind = StreamRefused if error.rcvd.code == _POLICY_VIOLATION else StreamClosed
        return kind(error.rcvd.code, error.rcvd.reason, self._last_error)


class AsyncStream(_StreamCommands[Awaitable[None]]):
    """An open connection; iterate it for events, and send meanwhile from other tasks."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__()
        self._connection = connection

    async def _send(self, message: str) -> None:
        try:
            await self._connection.send(message)
        except ConnectionClosed as error:
            raise self._closed_error(error) from None

    async def aclose(self) -> None:
        """Close the connection; messages still on their way are dropped, and the server stops speaking."""
        self._is_closing = True
        closing = asyncio.ensure_future(self._connection.close())
        # The server's close frame may follow audio that nobody reads; another task may be reading already.
        with suppress(ConnectionClosed, ConcurrencyError):
            async for _ in self._connection:
                pass
        await closing

    async def __aiter__(self) -> AsyncIterator[Event]:
        try:
            async for message in self._connection:
                yield self._read(message)
        except ConnectionClosed as error:
            raise self._closed_error(error) from None
        except ConcurrencyError:
            if not self._is_closing:
                raise


class SyncStream(_StreamCommands[None]):
    """An open connection without asyncio; another thread may send while this one iterates."""

    def __init__(self, connection: SyncConnection) -> None:
        super().__init__()
        self._connection = connection

    def _send(self, message: str) -> None:
        try:
            self._connection.send(message)
        except ConnectionClosed as error:
            raise self._closed_error(error) from None

    def close(self) -> None:
        """Close the connection; messages still on their way are dropped, and the server stops speaking."""
        self._is_closing = True
        closing = Thread(target=self._connection.close)
        closing.start()
        with suppress(ConnectionClosed, ConcurrencyError):  # see AsyncStream.aclose
            for _ in self._connection:
                pass
        closing.join()

    def __iter__(self) -> Iterator[Event]:
        try:
            for message in self._connection:
                yield self._read(message)
        except ConnectionClosed as error:
            raise self._closed_error(error) from None
        except ConcurrencyError:
            if not self._is_closing:
                raise


@asynccontextmanager
async def connect(
    url: str = DEFAULT_URL, *, version: Version = 2, token: str | None = None, **config: Any
) -> AsyncIterator[AsyncStream]:
    """Open a connection; `config` is the protocol's: voice, backend, lang, opts, timestamps, markup …

    `token` is what a server that asks for one printed when it was started. Raises NoServer when nobody
    answers there.
    """
    address = stream_url(url)
    with _connection_errors(address):
        connection = await connect_async(address, **_connection_options(address, token))
    stream = AsyncStream(connection)
    try:
        if first := _first_configuration(version, config):
            await stream.configure(**first)
        yield stream
    finally:
        await stream.aclose()


@contextmanager
def connect_sync(
    url: str = DEFAULT_URL, *, version: Version = 2, token: str | None = None, **config: Any
) -> Iterator[SyncStream]:
    """The same as `connect`, without asyncio."""
    address = stream_url(url)
    with _connection_errors(address):
        connection = connect_blocking(address, **_connection_options(address, token))
    with connection as opened:
        stream = SyncStream(opened)
        try:
            if first := _first_configuration(version, config):
                stream.configure(**first)
            yield stream
        finally:
            stream.close()


def stream_url(url: str) -> str:
    """Complete an address: http becomes ws, and without a path it is `/stream-tokens`."""
    parts = urlsplit(url if "://" in url else f"ws://{url}")
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    path = _PATH if parts.path in ("", "/") else parts.path
    return parts._replace(scheme=scheme, path=path).geturl()


def _connection_options(address: str, token: str | None) -> dict[str, Any]:
    is_local = urlsplit(address).hostname in ("localhost", "127.0.0.1", "::1")
    return {
        "compression": None,  # PCM does not compress
        "max_size": _MAX_MESSAGE_BYTES,
        "open_timeout": _OPEN_TIMEOUT_S,
        "close_timeout": _CLOSE_TIMEOUT_S,
        "logger": _library_log,
        "proxy": None if is_local else True,
        "additional_headers": {"Authorization": f"Bearer {token}"} if token else None,
    }


def _first_configuration(version: Version, config: JsonObject) -> JsonObject:
    """The first message: the version, where it is not 1, and what was configured; empty sends none."""
    given = {key: value for key, value in config.items() if value is not None}
    return {"v": 2, **given} if version == 2 else given


def _encoded(**fields: Any) -> str:
    return json.dumps(
        {key: value for key, value in fields.items() if value is not None}, separators=(",", ":")
    )


@contextmanager
def _connection_errors(address: str) -> Iterator[None]:
    """Turn what keeps a connection from being opened into NoServer or ConfigError, with one sentence."""
    shown = re.sub(r"(?i)(?<=[?&]token=)[^&#]+|(?<=://)[^/?#]+(?=@)", "…", address)
    try:
        yield
    except (InvalidURI, ValueError):
        raise ConfigError(f"{shown!r} is no address of a server; it looks like {DEFAULT_URL}") from None
    except InvalidStatus as error:
        status, detail = error.response.status_code, _error_detail(error.response.body)
        raise NoServer(f"the server at {shown} refused the connection (HTTP {status}{detail})") from None
    except (InvalidHandshake, EOFError):
        raise NoServer(f"what answers at {shown} is no voice-server") from None
    except TimeoutError:
        raise NoServer(f"no answer from {shown} within {_OPEN_TIMEOUT_S} s") from None
    except OSError:
        raise NoServer(f"no server at {shown}; start one with: voice-server serve") from None


def _error_detail(body: bytes | bytearray | None) -> str:
    """The server's reason for a refusal: the sentence of its JSON error, or a short text."""
    text = bytes(body or b"").decode(errors="replace").strip()
    try:
        text = json.loads(text)["error"]
    except (ValueError, KeyError, TypeError):
        text = text if len(text) < 200 and "<" not in text else ""
    return f": {text}" if text else ""
