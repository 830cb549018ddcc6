"""`/live`, `/ready`, `/started`: three questions of what keeps the server running, such as Kubernetes.

Each is answered with a word and a status and tells nothing else, so that anybody may ask: without the token,
by any name of the server, and where there is no room for another connection (`http/guard.py`).
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.operations import JSON, Endpoint, Operation

_OK = "ok"


class ProbeAnswer(msgspec.Struct, kw_only=True):
    """`ok`; or why not: `starting`, `down` or `draining`."""

    status: str


async def live(_request: Request) -> ASGIApp:
    """Answer `GET /live`: 200 whenever the server can answer at all."""
    return _answer(_OK)


async def ready(request: Request) -> ASGIApp:
    """Answer `GET /ready`: 200 while new texts are spoken, be it by a fallback or after a load."""
    state = state_of(request)
    if state.is_draining:
        return _answer("draining")
    return _answer(_OK if state.service.takes_work() else "down")


async def started(request: Request) -> ASGIApp:
    """Answer `GET /started`: 200 since texts could be spoken for the first time, whatever came after."""
    return _answer(_OK if state_of(request).has_started() else "starting")


def _answer(status: str) -> ASGIApp:
    answer = msgspec.to_builtins(ProbeAnswer(status=status))
    return JSONResponse(answer, 200 if status == _OK else 503, {"Cache-Control": "no-store"})


def _probe(path: str, endpoint: Endpoint, summary: str, *, may_refuse: bool) -> Operation:
    return Operation(
        method="GET",
        path=path,
        endpoint=endpoint,
        summary=summary,
        tag="server",
        answers={JSON: ProbeAnswer},
        refusals=(503,) if may_refuse else (),
    )


OPERATIONS = (
    _probe("/live", live, "Whether the server answers at all, for probes", may_refuse=False),
    _probe("/ready", ready, "Whether the server takes work, for probes", may_refuse=True),
    _probe("/started", started, "Whether the server has been ready once, for probes", may_refuse=True),
)
"""The routes of this file."""
