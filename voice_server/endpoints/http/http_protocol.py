"""uvicorn's HTTP protocol with a limit on every phase of a connection, before any endpoint is asked.

A request head has to be complete within `handshake_s` of the connection, or of the first byte behind an
answer, a body within `BODY_S` of its head; an answer must not lie unread for `stalled_reader_s`. A head has
at most `MAX_HEAD_BYTES` and `MAX_HEADER_FIELDS`, and so have the trailer fields of a body. While requests
wait for the answer to the one before them, no more are read. Of the connections on which no request is being
served the oldest makes room for a new one.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import httptools
import msgspec
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from voice_server.endpoints.http.error_shapes import error_content

MAX_HEAD_BYTES = 64 * 1024
MAX_HEADER_FIELDS = 128
MAX_WEBSOCKET_LINE_BYTES = 8_000
"""The longest URL, and the longest header field, of a WebSocket's handshake: websockets reads 8192."""
BODY_S = 30.0
_LINGER_S = 2.0
_PART_BYTES = 4 * 1024
"""What is parsed at a time: at most two hundred requests, which takes a few milliseconds."""
_PARSING_S = 0.001
"""How long one client's bytes are parsed at a time: parts of a body may be as short as a byte."""
_MOMENT_S = 0.1
_MOST_IN_A_MOMENT = 300
"""How many connections without a request there may be beside those that are kept, until a moment is over."""

_log = logging.getLogger(__name__)


class PendingConnections:
    """The connections on which no request is being served: at most `limit`; the oldest is dropped first.

    Who sends a request at once is not dropped in a flood of others: there may be more for a moment, in which
    what has come is read. `now` is a clock in seconds.
    """

    def __init__(self, limit: int, now: Callable[[], float]) -> None:
        self._limit = limit
        self._now = now
        self._pending: dict[HttpProtocol, None] = {}
        self._half: dict[HttpProtocol, float] = {}
        self._dropped = 0
        self._is_drop_due = False

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, connection: HttpProtocol) -> None:
        """Count a connection that waits for a request; of too many, the oldest make room soon."""
        self._pending[connection] = None
        if len(self._pending) > self._limit + _MOST_IN_A_MOMENT:
            self._drop_oldest()
        elif len(self._pending) > self._limit and not self._is_drop_due:
            self._is_drop_due = True
            connection.loop.call_later(_MOMENT_S, self._drop_excess)

    def _drop_excess(self) -> None:
        self._is_drop_due = False
        while len(self._pending) > self._limit:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        oldest = next(iter(self._pending))
        self.discard(oldest)
        oldest.transport.abort()
        self._dropped += 1
        if self._dropped == 1:
            _log.warning("connections that send no request are dropped", extra={"limit": self._limit})

    def begin_body(self, connection: HttpProtocol) -> None:
        """A connection has sent its request head, and not yet the body."""
        self.discard(connection)
        self._half[connection] = self._now()

    def end_body(self, connection: HttpProtocol) -> None:
        """The body is complete, or the connection has gone."""
        self._half.pop(connection, None)

    def half_requests(self) -> list[tuple[float, Callable[[], None]]]:
        """When each request began whose body is not complete, the oldest first, and what drops it."""
        return [(since, partial(self._drop_half, each)) for each, since in self._half.items()]

    def _drop_half(self, connection: HttpProtocol) -> None:
        self.end_body(connection)
        connection.transport.abort()

    def discard(self, connection: HttpProtocol) -> None:
        """A connection has sent its request head, or has gone."""
        self._pending.pop(connection, None)
        if not self._pending and self._dropped:
            _log.warning("connections that sent no request were dropped", extra={"count": self._dropped})
            self._dropped = 0


class _HoldableFlow(FlowControl):
    """Reads nothing while it is held, whoever asks for more."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__(transport)
        self._is_held = False
        self._is_paused = False  # by uvicorn

    def hold(self) -> None:
        """Read nothing until `release`."""
        self._is_held = True
        super().pause_reading()

    def release(self) -> None:
        """Read again, unless uvicorn has enough for now."""
        self._is_held = False
        if not self._is_paused:
            super().resume_reading()

    def pause_reading(self) -> None:
        """Read nothing until `resume_reading`."""
        self._is_paused = True
        super().pause_reading()

    def resume_reading(self) -> None:
        """Read again, unless this is held."""
        self._is_paused = False
        if not self._is_held:
            super().resume_reading()


class _Answer(RequestResponseCycle):
    """uvicorn's answer, for HTTP/1.0 and for clients that still send.

    HTTP/1.0 knows no chunks: without a length an answer ends with the connection. And where the connection
    is to end with an answer although the request has not, `throw_away_request` is called in place of a close:
    a connection that is closed with data unread is reset, and the reset overtakes the answer.
    """

    throw_away_request: Callable[[], None]
    _ends_with_connection = False

    async def send(self, message: Any) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message.get("headers", [])}
            self._ends_with_connection = (
                self.scope["http_version"] == "1.0" and b"content-length" not in names
            )
            if self._ends_with_connection:
                self.chunked_encoding = False
            await super().send(message)
            return
        if self._ends_with_connection:
            self.expected_content_length = len(message.get("body", b""))
        is_early = self.more_body and not self.keep_alive and not message.get("more_body", False)
        self.keep_alive = self.keep_alive or is_early
        await super().send(message)
        if is_early and not self.disconnected:
            self.throw_away_request()


class HttpProtocol(HttpToolsProtocol):
    """One connection; `pending` is shared by all of a server."""

    def __init__(
        self,
        *arguments: Any,
        handshake_s: float,
        stalled_reader_s: float,
        pending: PendingConnections,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self._handshake_s = handshake_s
        self._stalled_reader_s = stalled_reader_s
        self._pending_connections = pending
        self._stall_timer: asyncio.TimerHandle | None = None
        self._request_timer: asyncio.TimerHandle | None = None
        self._head_bytes: int | None = 0  # of the head that is being read; None while a body is
        self._framing_bytes = 0  # since the last piece of a body: a chunk's extension, or trailer fields
        self._is_refused = False
        self._answers: list[RequestResponseCycle] = []  # those that may not be complete, in order
        self._unparsed = b""
        self._part = b""  # what is being parsed
        self._is_parse_due = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request head, as long as is allowed."""
        super().connection_made(transport)
        self.flow: _HoldableFlow = _HoldableFlow(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Parse what came; of a request head no more than is allowed."""
        if not self._is_refused:
            self._unparsed += data
            self._parse()

    def _parse(self) -> None:
        """Parse what has come, for a moment, unless requests wait for the answer to the one before them."""
        self._is_parse_due = False
        until = time.monotonic() + _PARSING_S
        while self._unparsed and not self._is_refused and not self.transport.is_closing():
            if self.pipeline:
                self.flow.hold()
                return
            if (
                self._head_bytes is not None and self._request_timer is None
            ):  # the first bytes behind an answer
                self._await_head()
            room = _PART_BYTES
            if self._head_bytes is not None:
                room = min(room, MAX_HEAD_BYTES - self._head_bytes)
            if not room:
                self._refuse(431, "head_too_large", f"a request head has at most {MAX_HEAD_BYTES} bytes")
                return
            part, self._unparsed = self._unparsed[:room], self._unparsed[room:]
            if self._head_bytes is not None:
                self._head_bytes += len(part)
            elif self._framing_bytes > MAX_HEAD_BYTES:
                message = f"trailer fields, or the extension of a chunk, have at most {MAX_HEAD_BYTES} bytes"
                self._refuse(431, "head_too_large", message)
                return
            else:
                self._framing_bytes += len(part)
            self._feed(part)
            if self._unparsed and time.monotonic() >= until and not self.transport.is_closing():
                self.flow.hold()
                self._parse_soon()
                return
        if not self.transport.is_closing():
            self.flow.release()

    def _feed(self, part: bytes) -> None:
        """Let uvicorn parse a part; a request whose upgrade is ignored is parsed again without it."""
        self._part = part
        super().data_received(part)

    def _unsupported_upgrade_warning(self) -> None:
        """Serve a request as if it offered no upgrade: the parser has stopped behind its head."""
        if self._is_refused:
            return
        stopped = cast("httptools.HttpParserUpgrade", sys.exc_info()[1])
        rest = self._part[stopped.args[0] :]
        line = (
            self.parser.get_method() + b" " + self.url + b" HTTP/" + self.parser.get_http_version().encode()
        )
        fields = [name + b": " + value for name, value in self.headers if name != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self._feed(b"\r\n".join([line, *fields, b"\r\n"]) + rest)

    def _should_upgrade(self) -> bool:
        """Whether a WebSocket is among what the client offers to change to."""
        return b"websocket" in self._tokens(b"upgrade") and b"upgrade" in self._tokens(b"connection")

    def _tokens(self, field: bytes) -> set[bytes]:
        """The members of a list that may stand in several header fields, in lower case."""
        values = b",".join(value for name, value in self.headers if name == field)
        return {token.strip().lower() for token in values.split(b",")}

    def _is_upgrade_ignored(self) -> bool:
        return bool(self.parser.should_upgrade()) and not self._should_upgrade()

    def _parse_soon(self) -> None:
        if not self._is_parse_due:
            self._is_parse_due = True
            self.loop.call_soon(self._parse)

    def on_message_begin(self) -> None:
        """Another request begins, perhaps in the packet that ended the one before."""
        if self._request_timer is None:
            self._await_head()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header field, unless there are too many of them."""
        if len(self.headers) >= MAX_HEADER_FIELDS:
            self._refuse(431, "too_many_headers", f"a request has at most {MAX_HEADER_FIELDS} header fields")
            return
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The request head is complete: the body comes next, and has a limit of its own."""
        if self._is_refused or self._refuses_head() or self._refuses_late_handshake():
            return
        if self.parser.get_method() == b"CONNECT":
            self._refuse(400, "invalid_request", "this server is no proxy, and does not CONNECT")
            return
        if self._is_upgrade_ignored():
            return
        self._pending_connections.begin_body(self)
        self._head_bytes = None
        self._framing_bytes = 0
        self._limit_request(BODY_S)
        super().on_headers_complete()
        if self.cycle is not None:
            self.cycle.__class__ = _Answer  # uvicorn has no setting for the class of its answers
            cast("_Answer", self.cycle).throw_away_request = self._throw_away_request
            self._answers = [each for each in self._answers if not each.response_complete]
            self._answers.append(self.cycle)

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body, unless the request was refused."""
        self._framing_bytes = 0
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete: how long its answer takes is not limited here."""
        if self._is_refused or self._is_upgrade_ignored():
            return
        self._pending_connections.end_body(self)
        self._end_request_limit()
        self._head_bytes = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is complete: the connection waits for another request, like a new one."""
        super().on_response_complete()
        if self.transport.is_closing():
            return
        if self._head_bytes == 0:
            self._pending_connections.add(self)
        if self._unparsed and not self.pipeline:
            self._parse_soon()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over."""
        if not self._is_refused:
            self._pending_connections.end_body(self)
            self._end_request_limit()
            self._unparsed = b""  # a client waits for the answer to a handshake
            others = [(name, value) for name, value in self.headers if name != b"upgrade"]
            self.scope["headers"] = [*others, (b"upgrade", b"websocket")]  # websockets reads no longer list
            super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget everything about the connection."""
        self._unparsed = b""
        self._pending_connections.discard(self)
        self._pending_connections.end_body(self)
        self._end_request_limit()
        self._end_stall()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client reads less than it is sent."""
        super().pause_writing()
        self._end_stall()
        self._stall_timer = self.loop.call_later(self._stalled_reader_s, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads."""
        self._end_stall()
        super().resume_writing()

    def send_400_response(self, _msg: str) -> None:
        """Refuse what is no request."""
        self._refuse(400, "invalid_request", "this is no request of HTTP/1.1")

    def _refuses_head(self) -> bool:
        """Refuse a head that is ambiguous, or that the WebSocket parser would leave unanswered."""
        if sum(name == b"host" for name, _ in self.headers) > 1:
            self._refuse(400, "invalid_request", "a request names one Host")
        elif self.parser.should_upgrade() and self._should_upgrade():
            most = MAX_WEBSOCKET_LINE_BYTES
            if len(self.url) > most:
                self._refuse(414, "url_too_long", f"the URL of a WebSocket has at most {most} bytes")
            elif any(len(name) + len(value) > most for name, value in self.headers):
                self._refuse(431, "head_too_large", f"a header field of a WebSocket has at most {most} bytes")
            elif any(_names_body(name, value) for name, value in self.headers):
                self._refuse(400, "invalid_request", "the handshake of a WebSocket has no body")
        return self._is_refused

    def _refuses_late_handshake(self) -> bool:
        """Refuse a WebSocket while something is still to be written, which would lose its protocol."""
        if self.parser.should_upgrade() and self._should_upgrade():
            is_answering = any(not answer.response_complete for answer in self._answers)
            if is_answering or self.transport.get_write_buffer_size():
                message = "the handshake of a WebSocket waits until the answers before it have been read"
                self._refuse(400, "invalid_request", message)
        return self._is_refused

    def _refuse(self, status: int, code: str, message: str) -> None:
        """Answer at once; what the client still sends is thrown away, so that it can read the answer.

        In the middle of another answer nothing is written: it would be read as a part of that one.
        """
        if self._is_refused:
            return
        if any(answer.response_started and not answer.response_complete for answer in self._answers):
            self._throw_away_request()
            return
        path = self.url.partition(b"?")[0].decode("latin-1")
        body = msgspec.json.encode(error_content(path, status, message, code))
        head = b"content-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(
            body
        )
        self.transport.write(STATUS_LINE[status] + head + body)
        self._throw_away_request()

    def _throw_away_request(self) -> None:
        """Read on for a while what the client still sends, and then close."""
        self._is_refused = True
        self._unparsed = b""
        self._pending_connections.discard(self)
        self._unset_keepalive_if_required()
        self.pipeline.clear()
        for answer in self._answers:  # of what has not been answered yet nothing can be written any more
            answer.disconnected = True
            answer.message_event.set()
        self.flow.resume_writing()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._limit_request(_LINGER_S)

    def _await_head(self) -> None:
        self._pending_connections.add(self)
        self._limit_request(self._handshake_s)

    def _limit_request(self, seconds: float) -> None:
        self._end_request_limit()
        self._request_timer = self.loop.call_later(seconds, self.transport.abort)

    def _end_request_limit(self) -> None:
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None

    def _end_stall(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None


def _names_body(name: bytes, value: bytes) -> bool:
    """Whether a header field says that a body follows."""
    return name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
