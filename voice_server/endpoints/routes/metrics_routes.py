"""`GET /metrics`: Prometheus' text format."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.operations import Operation


async def metrics(request: Request) -> ASGIApp:
    """Answer `GET /metrics` with every metric of the service."""
    text = state_of(request).service.metrics.text()
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})


OPERATIONS = (
    Operation(
        method="GET",
        path="/metrics",
        endpoint=metrics,
        summary="Metrics in Prometheus' text format",
        tag="server",
        answers={CONTENT_TYPE_LATEST: None},
    ),
)
"""The routes of this file."""
