"""`/openapi.json` and `/asyncapi.json`, and `/docs`, which shows the first and tries its routes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from voice_server.endpoints.docs.asyncapi import asyncapi_document
from voice_server.endpoints.http.browser_security import security_headers
from voice_server.endpoints.http.openapi import JsonSchema, openapi_document
from voice_server.endpoints.http.operations import Operation

_DOCS = Path(__file__).with_name("docs.html")
_HEADERS = security_headers(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)


def routes(operations: Sequence[Operation], root_path: str) -> list[BaseRoute]:
    """`/openapi.json`, `/asyncapi.json` and `/docs` of a server that a proxy shows under `root_path`."""

    @cache
    def described() -> JsonSchema:
        return openapi_document(operations, root_path)

    async def schema(_request: Request) -> Response:
        return JSONResponse(described())

    async def sockets(request: Request) -> Response:
        protocol = "wss" if request.url.scheme == "https" else "ws"
        return JSONResponse(asyncapi_document(root_path, request.url.netloc, protocol))

    async def docs(_request: Request) -> Response:
        return HTMLResponse(_DOCS.read_text("utf-8"), headers=_HEADERS)

    async def script(_request: Request) -> Response:
        return Response(_DOCS.with_suffix(".js").read_bytes(), media_type="text/javascript", headers=_HEADERS)

    async def style(_request: Request) -> Response:
        return Response(_DOCS.with_suffix(".css").read_bytes(), media_type="text/css", headers=_HEADERS)

    return [
        Route("/openapi.json", schema),
        Route("/asyncapi.json", sockets),
        Route("/docs", docs),
        Route("/docs/docs.js", script),
        Route("/docs/docs.css", style),
    ]
