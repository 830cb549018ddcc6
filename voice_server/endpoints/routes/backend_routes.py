"""`/backends/{name}/unload` and `/load`: free a backend's memory, and have it load before it is needed."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.backend_health import BackendHealth, backends_health
from voice_server.endpoints.http.operations import JSON, Operation
from voice_server.endpoints.http.problems import NotFound
from voice_server.errors import UnknownName
from voice_server.speech import SpeechService


class NamedBackendHealth(BackendHealth, kw_only=True, omit_defaults=True):
    """A backend after what was asked for has been done."""

    name: str


async def unload(request: Request) -> ASGIApp:
    """Answer `POST /backends/{name}/unload`, when the processes have ended."""
    service, name = _named(request)
    await service.unload_backend(name)
    return await _answer(service, name)


async def load(request: Request) -> ASGIApp:
    """Answer `POST /backends/{name}/load`, when the backend can speak at once."""
    service, name = _named(request)
    await service.load_backend(name)
    return await _answer(service, name)


def _named(request: Request) -> tuple[SpeechService, str]:
    service, name = state_of(request).service, request.path_params["name"]
    if name not in service.backend_names:
        raise NotFound(UnknownName("backend", name, service.backend_names).message, code="unknown_backend")
    return service, name


async def _answer(service: SpeechService, name: str) -> ASGIApp:
    health = (await backends_health(service))[name]
    return JSONResponse(msgspec.to_builtins(NamedBackendHealth(name=name, **msgspec.structs.asdict(health))))


OPERATIONS = (
    Operation(
        method="POST",
        path="/backends/{name}/unload",
        endpoint=unload,
        summary="End a backend's workers until somebody speaks with it",
        tag="server",
        answers={JSON: NamedBackendHealth},
        refusals=(404, 409),
    ),
    Operation(
        method="POST",
        path="/backends/{name}/load",
        endpoint=load,
        summary="Start a backend that is unloaded or down, and wait until it is ready",
        tag="server",
        answers={JSON: NamedBackendHealth},
        refusals=(404, 503),
    ),
)
"""The routes of this file."""
