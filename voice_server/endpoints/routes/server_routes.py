"""`GET /`: what this server is, as JSON; a browser gets the page. And `GET /health`."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.content_negotiation import prefers_html
from voice_server.endpoints.http.operations import JSON, Operation
from voice_server.endpoints.page.page_files import page_response
from voice_server.speech import SpeechService
from voice_server.version import version

_ADDRESSES = {
    "documentation": "/docs",
    "schema": "/openapi.json",
    "sockets": "/asyncapi.json",
    "health": "/health",
    "voices": "/voices",
    "languages": "/languages",
    "stream": "/stream-tokens",
}


class SystemDescription(msgspec.Struct, kw_only=True):
    """What answers at this address."""

    name: str
    version: str
    status: str
    backends: list[str]
    default_backend: str
    voices: int
    endpoints: dict[str, str]


class ServerHealth(msgspec.Struct, kw_only=True):
    """Whether the server takes work, and the state of each backend.

    Of one whose set-up left languages out, `left_out` says by their tags how to get them.
    """

    status: str
    default_backend: str
    backends: dict[str, dict[str, str | int | dict[str, str]]]
    speaking: int


async def root(request: Request) -> ASGIApp:
    """Answer `GET /`: the page where the client prefers HTML, else JSON."""
    if prefers_html(request.headers.get("accept", "")):
        return page_response(request)
    state = state_of(request)
    service = state.service
    system = SystemDescription(
        name="voice-server",
        version=version(),
        status="ok" if service.is_up() else "degraded",
        backends=list(service.backend_names),
        default_backend=service.default_backend,
        voices=len(service.voices()),
        endpoints={name: state.root_path + path for name, path in _ADDRESSES.items()},
    )
    return JSONResponse(msgspec.to_builtins(system), headers={"Vary": "Accept"})


def health_of(service: SpeechService, *, is_draining: bool) -> dict[str, object]:
    """The state of the server and of each backend; "ok" when the default backend is running."""
    backends: dict[str, dict[str, object]] = {
        name: {"state": status.state.value, "workers": status.workers, "error": status.error}
        for name, status in service.backends().items()
    }
    for name, each in service.backends().items():
        if each.ready is not None and each.ready.capabilities.left_out:
            backends[name]["left_out"] = each.ready.capabilities.left_out
    status = "draining" if is_draining else "ok" if service.is_up() else "degraded"
    return {
        "status": status,
        "default_backend": service.default_backend,
        "backends": backends,
        "speaking": service.open_speeches,
    }


async def health(request: Request) -> JSONResponse:
    """Answer `GET /health`: 200 when the server takes work, 503 otherwise."""
    state = state_of(request)
    answer = health_of(state.service, is_draining=state.is_draining)
    return JSONResponse(answer, 200 if answer["status"] == "ok" else 503)


OPERATIONS = (
    Operation(
        method="GET",
        path="/",
        endpoint=root,
        summary="What this server is; the web page for a browser",
        tag="server",
        answers={JSON: SystemDescription, "text/html": None},
    ),
    Operation(
        method="GET",
        path="/health",
        endpoint=health,
        summary="Whether the server speaks",
        tag="server",
        answers={JSON: ServerHealth},
        refusals=(503,),
    ),
)
"""The routes of this file."""
