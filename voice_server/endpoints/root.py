"""`GET /`: what this server is, as JSON; a browser gets the page. And `GET /health`."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from voice_server.endpoints.health import health
from voice_server.endpoints.operations import JSON, Operation
from voice_server.endpoints.page.files import page_response
from voice_server.version import version

_PLACES = {
    "documentation": "/docs",
    "schema": "/openapi.json",
    "health": "/health",
    "voices": "/voices",
    "languages": "/languages",
    "stream": "/stream-tokens",
}


class System(msgspec.Struct, kw_only=True):
    """What answers at this address."""

    name: str
    version: str
    status: str
    backends: list[str]
    default_backend: str
    voices: int
    endpoints: dict[str, str]


class Health(msgspec.Struct, kw_only=True):
    """Whether the server takes work, and the state of each backend."""

    status: str
    backends: dict[str, dict[str, str | int]]
    speaking: int


async def root(request: Request) -> ASGIApp:
    """Answer with the page where HTML is what the client likes best, else with JSON."""
    if prefers_html(request.headers.get("accept", "")):
        return page_response(request)
    service = request.app.state.service
    up = service.pool.backends[service.config.default_backend].state.value == "up"
    system = System(
        name="voice-server",
        version=version(),
        status="ok" if up else "degraded",
        backends=list(service.config.backends),
        default_backend=service.config.default_backend,
        voices=len(service.pool.voices()),
        endpoints=_PLACES,
    )
    return JSONResponse(msgspec.to_builtins(system), headers={"Vary": "Accept"})


def prefers_html(accept: str) -> bool:
    """Whether an Accept header names HTML, and no earlier or better JSON."""
    html, json = _quality(accept, "text/html"), _quality(accept, JSON)
    return html > 0 and html >= json


def _quality(accept: str, media_type: str) -> float:
    for offer in accept.lower().split(","):
        name, _, parameters = offer.partition(";")
        if name.strip() == media_type:
            quality = parameters.partition("q=")[2].strip()
            try:
                return float(quality) if quality else 1.0
            except ValueError:
                return 0.0
    return 0.0


OPERATIONS = (
    Operation(
        method="GET",
        path="/",
        endpoint=root,
        summary="What this server is; the web page for a browser",
        tag="server",
        answers={JSON: System, "text/html": None},
    ),
    Operation(
        method="GET",
        path="/health",
        endpoint=health,
        summary="Whether the server speaks",
        tag="server",
        answers={JSON: Health},
        refusals=(503,),
    ),
)
"""The routes of this file."""
