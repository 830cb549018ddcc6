"""What answers where no route fits: the way to the same address with or without a slash at its end, or a 404.

The way is a path without host and scheme, so that it leads to the same place through any proxy.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from voice_server.endpoints.http.error_shapes import error_content, error_headers
from voice_server.endpoints.http.problems import NOTHING_HERE


class UnknownPath:
    """An ASGI application for what fits none of `routes`; `root_path` is in front of every path."""

    def __init__(self, routes: Sequence[BaseRoute], root_path: str) -> None:
        self._routes = routes
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises HTTPException for a path of HTTP that does not exist."""
        if scope["type"] == "websocket":
            await receive()  # websocket.connect: a denial is its answer
            content = error_content(scope["path"], 404, NOTHING_HERE, "not_found")
            headers = error_headers(scope["path"], NOTHING_HERE)
            await JSONResponse(content, 404, headers)(scope, receive, send)
            return
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        raw: str = scope["raw_path"].decode("latin-1")
        if raw == self._root_path:
            return RedirectResponse(raw + "/")
        other = raw.rstrip("/") if raw.endswith("/") else raw + "/"
        if not self._fits({**scope, "path": unquote(other)}):
            raise HTTPException(404)
        query = scope["query_string"].decode("latin-1")
        return RedirectResponse(self._root_path + other + (f"?{query}" if query else ""))

    def _fits(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0] is not Match.NONE for route in self._routes)
