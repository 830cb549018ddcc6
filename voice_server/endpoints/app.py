"""The ASGI application: every endpoint of one speech service behind the guard."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import ASGIApp

from voice_server.endpoints import page
from voice_server.endpoints.app_state import AppState, attach_state
from voice_server.endpoints.dialects.cartesia.cartesia import CARTESIA
from voice_server.endpoints.dialects.deepgram.deepgram import DEEPGRAM
from voice_server.endpoints.dialects.elevenlabs.elevenlabs import ELEVENLABS
from voice_server.endpoints.dialects.livekit.livekit import LIVEKIT
from voice_server.endpoints.dialects.mcp import mcp_endpoint
from voice_server.endpoints.dialects.shared.dialect import BareAddresses, keyed_by_message
from voice_server.endpoints.dialects.vllm.vllm import VLLM
from voice_server.endpoints.docs import docs_page
from voice_server.endpoints.http.access_rules import AccessRules
from voice_server.endpoints.http.guard import Guard
from voice_server.endpoints.http.operations import Operation, routes_of
from voice_server.endpoints.http.problems import (
    on_disconnect,
    on_http_error,
    on_unexpected_error,
    on_voice_server_error,
)
from voice_server.endpoints.http.root_path import RootPath
from voice_server.endpoints.http.unknown_paths import UnknownPath
from voice_server.endpoints.request_log import RequestLog
from voice_server.endpoints.routes import (
    backend_routes,
    captioned_routes,
    file_routes,
    metrics_routes,
    natural_voice_routes,
    openai_routes,
    playback_routes,
    preview_routes,
    probe_routes,
    server_routes,
    spoken_routes,
    tts_routes,
    voice_routes,
)
from voice_server.endpoints.websocket import socket_routes
from voice_server.endpoints.websocket.socket_routes import SocketEndpoint
from voice_server.errors import VoiceServerError

DIALECTS = (DEEPGRAM, CARTESIA, ELEVENLABS, LIVEKIT, VLLM)
"""Other systems' protocols; of the bare addresses that several have, the first one's sign decides."""

OPERATIONS: tuple[Operation, ...] = (
    *server_routes.OPERATIONS,
    *natural_voice_routes.OPERATIONS,
    *backend_routes.OPERATIONS,
    *probe_routes.OPERATIONS,
    *voice_routes.OPERATIONS,
    *preview_routes.OPERATIONS,
    *playback_routes.OPERATIONS,
    *file_routes.OPERATIONS,
    *tts_routes.OPERATIONS,
    *spoken_routes.OPERATIONS,
    *captioned_routes.OPERATIONS,
    *openai_routes.OPERATIONS,
    *metrics_routes.OPERATIONS,
    *(operation for dialect in DIALECTS for operation in dialect.operations),
)
"""Everything that /openapi.json describes."""

_READABLE_HEADERS = (
    "Accept-Ranges",
    "Content-Range",
    "X-Voice",
    "X-Speed",
    "X-Text-Length",
    "X-Include-Timestamps",
    "X-Warning",
    "X-Warnings",
    "X-Failed-Sentences",
    "Mcp-Session-Id",
    "Retry-After",
)


class _CrossOriginMiddleware(CORSMiddleware):
    """Asks the rules that the guard asks."""

    def __init__(self, app: ASGIApp, access: AccessRules) -> None:
        super().__init__(
            app,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=_READABLE_HEADERS,
        )
        self._access = access

    def is_allowed_origin(self, origin: str) -> bool:
        """Whether pages of an origin may use the server."""
        return self._access.allows_origin(origin)


def build_app(state: AppState, access: AccessRules) -> Starlette:
    """The application of one speech service, for those whom `access` lets in."""
    sockets: dict[str, SocketEndpoint] = {**socket_routes.SOCKETS}
    for dialect in DIALECTS:
        sockets.update(dialect.sockets)
    routes = [
        *routes_of(OPERATIONS),
        *docs_page.routes(OPERATIONS, state.root_path),
        *page.routes(),
        *socket_routes.routes(sockets, {each.path for each in OPERATIONS}),
        *mcp_endpoint.routes(state),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={
            VoiceServerError: on_voice_server_error,
            HTTPException: on_http_error,
            ClientDisconnect: on_disconnect,
            Exception: on_unexpected_error,
        },
    )
    app.router.redirect_slashes = False
    app.router.default = UnknownPath(routes, state.root_path)
    attach_state(app, state)
    app.add_middleware(
        Guard,
        connections=state.connections,
        access=access,
        may_carry_key_later=keyed_by_message(DIALECTS),
    )
    # Outside the guard: a preflight carries no token, and decides nothing.
    app.add_middleware(_CrossOriginMiddleware, access=access)
    app.add_middleware(BareAddresses, dialects=DIALECTS)
    own_paths = [route.path for route in routes if isinstance(route, Route)]
    app.add_middleware(RootPath, root_path=state.root_path, own_paths=own_paths)
    app.add_middleware(RequestLog)
    return app
