"""`Dialect`: the routes of another system's protocol, under a prefix and at the addresses of its clients.

All of its routes lie under `/NAME`, where nothing else does. A bare address, which others may have too, is
read as one of the dialect where the path, or a sign in the request beside it, says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from voice_server.endpoints.http.operations import Operation
from voice_server.endpoints.websocket.socket_routes import SocketEndpoint


@dataclass(frozen=True, slots=True)
class BareAddress:
    """A path, and all below it, that belongs to a dialect also without its prefix.

    With `sign` only where a header field, or a parameter of the query, of that name is there; with `kind`
    only for requests or only for WebSockets.
    """

    path: str
    sign: str = ""
    kind: Literal["http", "websocket", ""] = ""

    def fits(self, scope: Scope) -> bool:
        """Whether a request or WebSocket is meant for the dialect."""
        path: str = scope["path"]
        return (
            (path == self.path or path.startswith(self.path + "/"))
            and self.kind in ("", scope["type"])
            and (not self.sign or self._is_signed(scope))
        )

    def _is_signed(self, scope: Scope) -> bool:
        sign = self.sign.encode()
        return any(name == sign for name, _ in scope["headers"]) or any(
            each.partition(b"=")[0] == sign.replace(b"-", b"_") for each in scope["query_string"].split(b"&")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One dialect: its operations and WebSockets have paths under `/NAME`.

    `keyed_by_message` are the paths of WebSockets whose first message may carry the key instead of the
    handshake: each heeds `AWAITED_KEY` of the guard.
    """

    name: str
    operations: tuple[Operation, ...] = ()
    sockets: Mapping[str, SocketEndpoint]
    bare: tuple[BareAddress, ...] = ()
    keyed_by_message: tuple[str, ...] = ()


class BareAddresses:
    """ASGI middleware that puts the prefix of the dialect in front of its bare addresses."""

    def __init__(self, app: ASGIApp, dialects: Iterable[Dialect]) -> None:
        self._app = app
        self._bare = [(each, f"/{dialect.name}") for dialect in dialects for each in dialect.bare]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on to the application."""
        if scope["type"] in ("http", "websocket"):
            prefix = next((prefix for bare, prefix in self._bare if bare.fits(scope)), "")
            if prefix:
                raw_path = prefix.encode() + scope["raw_path"]
                scope = {**scope, "path": prefix + scope["path"], "raw_path": raw_path}
        await self._app(scope, receive, send)


def keyed_by_message(dialects: Iterable[Dialect]) -> Callable[[Scope], bool]:
    """Whether the endpoint of a WebSocket takes the key from its first message."""
    paths = (path for dialect in dialects for path in dialect.keyed_by_message)
    patterns = [compile_path(path)[0] for path in paths]
    return lambda scope: any(pattern.match(scope["path"].removesuffix("/")) for pattern in patterns)
