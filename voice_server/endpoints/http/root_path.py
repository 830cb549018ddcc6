"""The path under which a proxy shows the server, such as `/voice`.

The application itself knows no prefix: it is taken off every request that still has it, and put in front of
what the server says of its own addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from voice_server.errors import ConfigError

_PATH: Final = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


def checked_root_path(written: str) -> str:
    """Return a root path as it stands before an address: `/voice`, or "" for none. Raises ConfigError."""
    bare = written.strip("/")
    path = f"/{bare}" if bare else ""
    if path and not _PATH.fullmatch(path):
        raise ConfigError(f"--root-path {written!r} is no path of a URL; it looks like /voice")
    return path


class RootPath:
    """ASGI middleware that takes the root path off, for proxies that leave it on.

    Where one of `own_paths` begins like the root path the proxy has to take it off: both would look alike.
    """

    def __init__(self, app: ASGIApp, *, root_path: str, own_paths: Iterable[str]) -> None:
        self._app = app
        looks_like_own = any(each == root_path or each.startswith(root_path + "/") for each in own_paths)
        self._root_path = "" if looks_like_own else root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on to the application."""
        if self._root_path and scope["type"] in ("http", "websocket"):
            scope = {**scope, "path": self._inner(scope["path"])}
            scope["raw_path"] = self._inner(scope["raw_path"].decode("latin-1")).encode("latin-1")
        await self._app(scope, receive, send)

    def _inner(self, path: str) -> str:
        return path.removeprefix(self._root_path) if path.startswith(self._root_path + "/") else path
