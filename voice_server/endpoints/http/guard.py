"""Which requests the server accepts at all, checked before any endpoint is called.

Every page in the user's browser can reach a loopback port, so the Host must be one of ours (against DNS
rebinding) and an Origin, which browsers send and programs do not, must be of this machine or configured
(`AccessRules`). When a token is set, a request must carry it, all but those for the page's own files: it
asks its reader for the token; probes; and handshakes of WebSockets whose first message may carry it. Probes
know the server by the address of its container, and are answered with one word: they may use any name.
Connections are counted, so that one client cannot take them all.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voice_server.endpoints.connection_count import ConnectionCount
from voice_server.endpoints.http.access_rules import AccessRules, is_loopback
from voice_server.endpoints.http.content_negotiation import prefers_html
from voice_server.endpoints.http.credentials import accepted_subprotocol, carried_tokens, is_signed_with
from voice_server.endpoints.http.error_shapes import error_content, error_headers

_PROBES: Final = ("/live", "/ready", "/started")
KeyCheck = Callable[[str], bool]
AWAITED_KEY: Final = "voice_server.awaited_key"
"""In the scope of a WebSocket that was let in without the token: the `KeyCheck` that a key in its first
message must pass, or the connection be closed."""


class Guard:
    """ASGI middleware that asks the rules of access, and counts connections.

    `may_carry_key_later` says of a WebSocket whether its endpoint takes heed of `AWAITED_KEY`.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        connections: ConnectionCount,
        access: AccessRules,
        may_carry_key_later: Callable[[Scope], bool] = lambda _scope: False,
    ) -> None:
        self._app = app
        self._connections = connections
        self._access = access
        self._may_carry_key_later = may_carry_key_later

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on to the application."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        keys = self._carried_keys(scope, headers)
        if self._access.token is not None and not keys and self._carries_key_later(scope):
            scope = {**scope, AWAITED_KEY: self._is_token}
        refusal = self._refusal(scope, headers, keys)
        if refusal is not None:
            await _refuse(refusal, scope, receive, send)
            return
        with self._connections.one_from(_address(scope)):
            await self._app(scope, receive, _accepting_subprotocol(scope, send))

    def _refusal(
        self, scope: Scope, headers: Mapping[bytes, str], keys: Sequence[str]
    ) -> tuple[int, str, str] | None:
        is_probe = _is_probe(scope)
        if not (
            is_probe or self._access.allows_host(headers.get(b"host", "")) or _needs_no_host(scope, headers)
        ):
            return (
                421,
                "unknown_host",
                "this server answers to localhost and to the names given with --allow-host",
            )
        origin = headers.get(b"origin")
        if origin is None:
            is_allowed = self._access.allows_every_origin or not _is_cross_site_resource(headers)
        else:
            is_allowed = self._access.allows_origin(origin)
        if not is_allowed:
            return 403, "origin", "pages of this origin may not use the server; allow it with --allow-origin"
        if (
            self._access.token is not None
            and AWAITED_KEY not in scope
            and not any(map(self._is_token, keys))
            and not is_probe
            and not _is_page(scope, headers)
        ):
            return 401, "unauthorized", "this server wants the token with which it was started"
        if self._is_full(scope):
            return 503, "busy", "the server has as many connections as it takes; try again later"
        return None

    def _carried_keys(self, scope: Scope, headers: Mapping[bytes, str]) -> list[str]:
        """What might be the token, in a request to a server that has one."""
        if self._access.token is None:
            return []
        query = scope["query_string"].decode("latin-1")
        return list(carried_tokens(headers, query, scope.get("subprotocols", ())))

    def _carries_key_later(self, scope: Scope) -> bool:
        return scope["type"] == "websocket" and self._may_carry_key_later(scope)

    def _is_token(self, key: str) -> bool:
        """Whether a key is the token, or a web token signed with it; in constant time."""
        token = self._access.token or ""
        return hmac.compare_digest(key.encode(), token.encode()) or is_signed_with(key, token)

    def _is_full(self, scope: Scope) -> bool:
        """Whether there is no room; whoever asks how the server is gets an answer all the same.

        For a client that has shown no key nobody has to leave.
        """
        may_make_room = AWAITED_KEY not in scope
        return scope["path"] not in ("/health", *_PROBES) and self._connections.is_full(
            _address(scope), may_make_room=may_make_room
        )


def _address(scope: Scope) -> str:
    """The client's address, "" where it has none."""
    return scope["client"][0] if scope.get("client") else ""


def _needs_no_host(scope: Scope, headers: Mapping[bytes, str]) -> bool:
    """Whether a program of this machine speaks HTTP/1.0, which has no Host; browsers always send one."""
    return b"host" not in headers and scope["http_version"] == "1.0" and is_loopback(_address(scope))


def _is_probe(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and scope["path"] in _PROBES


def _is_page(scope: Scope, headers: Mapping[bytes, str]) -> bool:
    """Whether this requests the web page or a file of it: public, with no secret in it."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return False
    path: str = scope["path"]
    if path == "/":
        return prefers_html(headers.get(b"accept", ""))
    return path == "/page" or path.startswith("/page/")


def _accepting_subprotocol(scope: Scope, send: Send) -> Send:
    """Accept the sub-protocol that a client offers: browsers drop the connection otherwise."""
    accepted = accepted_subprotocol(scope.get("subprotocols", ()))
    if accepted is None:
        return send

    async def send_accepting(message: Message) -> None:
        if message["type"] == "websocket.accept":
            message = {**message, "subprotocol": accepted}
        await send(message)

    return send_accepting


def _is_cross_site_resource(headers: Mapping[bytes, str]) -> bool:
    """Whether a page of another site loads this as an image, sound or script: no Origin is sent then."""
    crosses = headers.get(b"sec-fetch-site") == "cross-site"
    return crosses and headers.get(b"sec-fetch-mode") != "navigate"


async def _refuse(refusal: tuple[int, str, str], scope: Scope, receive: Receive, send: Send) -> None:
    status, code, message = refusal
    headers = (
        {"WWW-Authenticate": "Bearer"} if status == 401 else {"Retry-After": "1"} if status == 503 else {}
    )
    content = error_content(scope["path"], status, message, code)
    response: Response = JSONResponse(content, status, headers | error_headers(scope["path"], message))
    if scope["type"] == "websocket":
        await receive()  # websocket.connect: a denial is its answer
    await response(scope, receive, send)
