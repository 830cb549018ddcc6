"""The addresses of the WebSockets, with and without a slash at their end; HTTP is told what belongs there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from voice_server.endpoints.websocket.token_stream import token_stream
from voice_server.endpoints.websocket.url_stream import url_stream

SocketEndpoint = Callable[[WebSocket], Awaitable[None]]

SOCKETS: Mapping[str, SocketEndpoint] = {"/stream-tokens": token_stream, "/stream": url_stream}
"""The server's own WebSockets by path."""


class _UpgradeRequired:
    """An ASGI application that refuses every method of HTTP with 426 (RFC 9110, section 15.5.22)."""

    async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        """Refuse one request."""
        raise HTTPException(426, headers={"Upgrade": "websocket", "Connection": "Upgrade"})


def routes(sockets: Mapping[str, SocketEndpoint], own_paths: Collection[str] = ()) -> list[BaseRoute]:
    """Return a route for each WebSocket, and one for requests that are none, unless `own_paths` take them."""
    addresses = {path + slash: socket for path, socket in sockets.items() for slash in ("", "/")}
    return [
        *(WebSocketRoute(path, socket) for path, socket in addresses.items()),
        *(Route(path, _UpgradeRequired()) for path in addresses if path not in own_paths),
    ]
