"""`GET /health`: whether the server speaks, and which backends do."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from voice_server.speech import SpeechService


def health_of(service: SpeechService, *, is_draining: bool) -> dict[str, object]:
    """The state of the server and of each backend; "ok" when the default backend is running."""
    backends = {
        name: {"state": status.state.value, "workers": status.workers, "error": status.error}
        for name, status in service.pool.backends.items()
    }
    speaks = service.pool.backends[service.config.default_backend].state.value == "up"
    status = "draining" if is_draining else "ok" if speaks else "degraded"
    return {"status": status, "backends": backends, "speaking": service.open_speeches}


async def health(request: Request) -> JSONResponse:
    """Answer 200 when the server takes work, 503 otherwise."""
    state = request.app.state
    answer = health_of(state.service, is_draining=state.doors.is_draining)
    return JSONResponse(answer, 200 if answer["status"] == "ok" else 503)
