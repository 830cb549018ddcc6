"""The page's files: plain HTML, CSS, ES modules and its texts as JSON, sent as they are in `static/`.

What speaks in the page are the modules of the JavaScript client (`clients/js`), sent from where they lie.
Laws: the folders are listed once and a request names an entry of that table, never a path; the page loads
nothing from another host and has no inline script or style, so that its content security policy can forbid
both.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from voice_server.endpoints.http.browser_security import security_headers
from voice_server.home.shipped_files import shipped_folder

_FOLDER = Path(__file__).parent / "static"
_CLIENT = Path("clients/js/src")
"""The modules of the JavaScript client, from the project's root."""
_CLIENT_PREFIX = "client/"
_INDEX = "index.html"
_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_HEADERS = security_headers(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)


@dataclass(frozen=True, slots=True)
class _PageFile:
    content: bytes
    media_type: str
    etag: str


@cache
def _files() -> dict[str, _PageFile]:
    """Every file of the page by its path below `/page/`."""
    own = {path.name: _read(path) for path in _served(_FOLDER)}
    return own | {_CLIENT_PREFIX + path.name: _read(path) for path in _served(_client_folder())}


def _client_folder() -> Path:
    """Where the client's modules are."""
    return shipped_folder() / _CLIENT


def _served(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in _MEDIA_TYPES)


def _read(path: Path) -> _PageFile:
    content = path.read_bytes()
    return _PageFile(content, _MEDIA_TYPES[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:16]}"')


def page_response(request: Request) -> Response:
    """Answer with the page; its links are relative and fit any path directly under the server's root."""
    return _answer(request, _files()[_INDEX], Vary="Accept")


async def _page(request: Request) -> Response:
    return page_response(request)


async def _asset(request: Request) -> Response:
    """Answer with one of the page's own files."""
    return _answer_file(request, request.path_params["name"])


async def _client_asset(request: Request) -> Response:
    """Answer with one of the client's modules."""
    return _answer_file(request, _CLIENT_PREFIX + request.path_params["name"])


def _answer_file(request: Request, path: str) -> Response:
    file = _files().get(path)
    if file is None:
        return JSONResponse({"error": "the page has no such file", "code": "not_found"}, 404)
    return _answer(request, file)


def _answer(request: Request, file: _PageFile, **more: str) -> Response:
    headers = _HEADERS | {"ETag": file.etag} | more
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=file.media_type)


def routes() -> list[BaseRoute]:
    """Return the routes of the page's files, and `/page` for the page whatever the client accepts."""
    return [
        Route("/page", _page),
        Route("/page/{name}", _asset),
        Route(f"/page/{_CLIENT_PREFIX}{{name}}", _client_asset),
    ]
