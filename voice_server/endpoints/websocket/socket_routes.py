"""The addresses of the WebSockets, with and without a slash at their end; HTTP is told what belongs there."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from voice_server.endpoints.websocket.token_stream import token_stream
from voice_server.endpoints.websocket.url_stream import url_stream

_SOCKETS = {"/stream-tokens": token_stream, "/stream": url_stream}


class _UpgradeRequired:
    """An ASGI application that refuses every method of HTTP with 426 (RFC 9110, section 15.5.22)."""

    async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        """Refuse one request."""
        raise HTTPException(426, headers={"Upgrade": "websocket", "Connection": "Upgrade"})


def routes() -> list[BaseRoute]:
    """Return a route for each WebSocket, and one for requests that are none."""
    addresses = {path + slash: socket for path, socket in _SOCKETS.items() for slash in ("", "/")}
    return [
        route
        for path, socket in addresses.items()
        for route in (WebSocketRoute(path, socket), Route(path, _UpgradeRequired()))
    ]
