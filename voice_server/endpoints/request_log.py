"""One line for each request and each WebSocket, at the level `info`: what, how it ended, how long it took.

Laws. Nothing that was sent is logged: no body, no query (it may hold a text or the token), no header. Of a
session's name, which is a secret, stands the beginning.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voice_server.endpoints.websocket.stream_connection import SESSION_EXTENSION
from voice_server.endpoints.websocket.websocket_protocol import PROTOCOL_EXTENSION, WebSocketProtocol

_log = logging.getLogger(__name__)
_SESSION_CHARS = 8
_NONE = "none"
"""What stands for a status or a code where the connection broke before there was one."""


class RequestLog:
    """ASGI middleware that logs each request when it is over; `now` is a clock in seconds."""

    def __init__(self, app: ASGIApp, now: Callable[[], float] = time.perf_counter) -> None:
        self._app = app
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] not in ("http", "websocket") or not _log.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        request = _Request(scope, send, self._now)
        try:
            await self._app(scope, receive, request.send)
        except Exception:
            request.status = request.status or 500  # which is sent for it outside
            raise
        finally:
            request.log_end()


class _Request:
    """One request under way."""

    def __init__(self, scope: Scope, send: Send, now: Callable[[], float]) -> None:
        self._scope = scope
        self._send = send
        self._now = now
        self._began = now()
        self._first_ms: float | None = None
        self._bytes = 0
        self._is_open = False
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        """Take note of what is sent."""
        match message["type"]:
            case "http.response.start" | "websocket.http.response.start":
                self.status, self._first_ms = message["status"], self._passed_ms()
            case "http.response.body":
                self._bytes += len(message.get("body", b""))
            case "websocket.accept":
                self._is_open = True
                _log.info("websocket opened", extra=self._address())
            case _:
                pass
        await self._send(message)

    def log_end(self) -> None:
        """Log how it ended."""
        if self._is_open:
            times = {"seconds": round(self._passed_ms() / 1000, 3)}
            _log.info("websocket closed", extra=self._address() | self._close() | times)
            return
        method = self._scope.get("method", "WEBSOCKET")
        ended = {
            "status": self.status or _NONE,
            "ms": round(self._passed_ms(), 1),
            **({} if self._first_ms is None else {"first_ms": round(self._first_ms, 1)}),
            "bytes": self._bytes,
        }
        _log.info("request", extra={"method": method} | self._address() | ended)

    def _address(self) -> dict[str, object]:
        client = self._scope.get("client")
        return {"path": self._scope["path"], "client": client[0] if client else ""}

    def _close(self) -> dict[str, object]:
        """With which code it was closed, and the session, where there was one."""
        extensions = self._scope.get("extensions", {})
        protocol, session = extensions.get(PROTOCOL_EXTENSION), extensions.get(SESSION_EXTENSION)
        ended: dict[str, object] = {}
        if isinstance(protocol, WebSocketProtocol):
            close = protocol.conn.close_sent or protocol.conn.close_rcvd
            ended["closed_with"] = _NONE if close is None else close.code
        return ended | ({"session": f"{session[:_SESSION_CHARS]}…"} if session else {})

    def _passed_ms(self) -> float:
        return (self._now() - self._began) * 1000
