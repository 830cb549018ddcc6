"""Errors as HTTP answers (`error_shapes.py` says how they look on which path).

The status says which side is at fault: 400 for a request that cannot be obeyed, 409 for one that cannot be
just now, 413 for one that is too large, 422 for a text that the engine could not speak, 501 for what needs an
extra of this package, 503 for a server that is not able to now, 507 for one whose disk is full. Nothing is
answered with 500.
"""

from __future__ import annotations

import math

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.error_shapes import error_content, error_headers
from voice_server.errors import (
    BackendDown,
    BackendError,
    Busy,
    InUse,
    NoStorage,
    RenderError,
    RequestError,
    TooMuch,
    VoiceServerError,
)

_BACKEND_RETRY_S = 5
_STATUS_OF = (  # the first that fits
    (TooMuch, 413),
    (RequestError, 400),
    (Busy, 503),
    (InUse, 409),
    (BackendDown, 503),
    (RenderError, 422),
    (BackendError, 503),
    (NoStorage, 507),
)
_CODE_OF_STATUS = {
    400: "invalid_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_much",
    415: "media_type",
    426: "upgrade_required",
}
NOTHING_HERE = "there is nothing at this address; /docs lists what there is"


class WrongField(RequestError):
    """A field of a request is missing or not as it must be."""

    def __init__(self, field: str, message: str, *, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.field = field


class TooLong(WrongField, TooMuch):
    """A text is longer than its field takes."""

    code = "text_too_long"


class NotFound(RequestError):
    """What the path names does not exist."""

    code = "not_found"


class SetUpRefused(RequestError):
    """This client may not have an engine set up."""

    code = "set_up_refused"


class WrongMediaType(RequestError):
    """A body of a media type that the route does not take."""

    code = "media_type"


class NotInstalled(VoiceServerError):
    """An extra of this package is not installed; the message says how to get it."""

    code = "not_installed"


class TooSlow(RequestError):
    """A body that is not complete in time."""

    code = "slow_body"


_STATUS_OF_ENDPOINTS = (
    (SetUpRefused, 403),
    (NotFound, 404),
    (TooSlow, 408),
    (WrongMediaType, 415),
    (NotInstalled, 501),
)


def status_of(error: VoiceServerError) -> int:
    """The HTTP status for an error."""
    for kind, status in (*_STATUS_OF_ENDPOINTS, *_STATUS_OF):
        if isinstance(error, kind):
            return status
    return 503


def field_of(error: VoiceServerError) -> str | None:
    """The field of the request that an error is about, if it is about one."""
    if isinstance(error, WrongField):
        return error.field
    fields = {"unknown_voice": "voice", "unknown_language": "language", "unknown_backend": "backend"}
    return fields.get(error.code)


def error_response(path: str, error: VoiceServerError) -> Response:
    """The answer to a request that failed."""
    status = status_of(error)
    content = error_content(path, status, error.message, error.code, field_of(error))
    headers = error_headers(path, error.message)
    if isinstance(error, Busy):
        headers["Retry-After"] = str(math.ceil(error.retry_after_ms / 1000))
    elif status == 503:
        headers["Retry-After"] = str(_BACKEND_RETRY_S)
    if status in (408, 413):
        headers["Connection"] = "close"  # what is left of the body is not read
    return JSONResponse(content, status, headers)


async def on_voice_server_error(request: Request, error: Exception) -> Response:
    """Answer a VoiceServerError."""
    assert isinstance(error, VoiceServerError)
    state_of(request).service.metrics.refused(error.code)
    return error_response(request.url.path, error)


async def on_disconnect(_request: Request, _error: Exception) -> Response:
    """End a request whose client disconnected while it sent the body."""
    return Response(status_code=400)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer what Starlette refuses: unknown paths, wrong methods, malformed forms."""
    assert isinstance(error, HTTPException)
    path, status = request.url.path, error.status_code
    message = {
        404: NOTHING_HERE,
        405: f"{request.method} is not possible here; the Allow header names what is",
        426: "this is the address of a WebSocket (docs/protocol.md), and the request asks for none",
    }.get(status, error.detail[:1].lower() + error.detail[1:])
    code = _CODE_OF_STATUS.get(status, "invalid_request")
    headers = {**(error.headers or {}), **error_headers(path, message)}
    return JSONResponse(error_content(path, status, message, code), status, headers)


async def on_unexpected_error(request: Request, error: Exception) -> Response:
    """Answer after an error that nobody expected; the traceback stays in the log."""
    del error  # Starlette raises it again, and it is logged there
    message = "the server could not do this; its log says why"
    return JSONResponse(
        error_content(request.url.path, 503, message, "internal"), 503, {"Retry-After": str(_BACKEND_RETRY_S)}
    )
