"""The page's files: plain HTML, CSS and ES modules, sent as they lie in `static/`.

Laws: a file is looked up in a table made by listing the folder once, so that no request names a path; nothing
of the page comes from another host, and nothing in it is inline, so that the policy below can forbid both.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

_FOLDER = Path(__file__).parent / "static"
_INDEX = "index.html"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",  # asked for again after an update, and then answered with 304
}


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    media_type: str
    etag: str


@cache
def _files() -> dict[str, _File]:
    """Every file of the page by its name."""
    return {path.name: _read(path) for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES}


def _read(path: Path) -> _File:
    content = path.read_bytes()
    return _File(content, _TYPES[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:16]}"')


def page_response(request: Request) -> Response:
    """Answer with the page itself, at any address in the server's root: its links are relative to it."""
    return _answer(request, _files()[_INDEX], Vary="Accept")


def _asset(request: Request) -> Response:
    """Answer with one of the page's files."""
    file = _files().get(request.path_params["name"])
    if file is None:
        return JSONResponse({"error": "the page has no such file", "code": "not_found"}, 404)
    return _answer(request, file)


def _answer(request: Request, file: _File, **more: str) -> Response:
    headers = _HEADERS | {"ETag": file.etag} | more
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=file.media_type)


def routes() -> list[BaseRoute]:
    """`/page` is the page at an address that does not depend on what the client accepts."""
    return [Route("/page", page_response), Route("/page/{name}", _asset)]
