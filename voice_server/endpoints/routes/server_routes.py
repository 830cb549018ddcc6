"""`GET /`: what this server is, as JSON; a browser gets the page. And `GET /health`."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.backend_health import BackendHealth, backends_health
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

    `status` is `ok`, `degraded` where the default backend does not speak, or `draining`; `speaking` counts
    the texts that are spoken now.
    """

    status: str
    default_backend: str
    backends: dict[str, BackendHealth]
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


async def health_of(service: SpeechService, *, is_draining: bool) -> ServerHealth:
    """The state of the server and of each backend; "ok" when the default backend speaks."""
    return ServerHealth(
        backends=await backends_health(service),
        status="draining" if is_draining else "ok" if service.is_up() else "degraded",
        default_backend=service.default_backend,
        speaking=service.open_speeches,
    )


async def health(request: Request) -> JSONResponse:
    """Answer `GET /health`: 200 when the server takes work, 503 otherwise."""
    state = state_of(request)
    answer = await health_of(state.service, is_draining=state.is_draining)
    return JSONResponse(msgspec.to_builtins(answer), 200 if answer.status == "ok" else 503)


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
