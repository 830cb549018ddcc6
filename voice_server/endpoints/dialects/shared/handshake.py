"""From the handshake of a dialect's WebSocket to its connection."""

from __future__ import annotations

from collections.abc import Callable

from starlette.websockets import WebSocket

from voice_server.endpoints.app_state import AppState, state_of
from voice_server.endpoints.dialects.shared.dialect_connection import DialectConnection
from voice_server.endpoints.http.problems import error_response
from voice_server.errors import VoiceServerError


async def serve(
    websocket: WebSocket, connection_for: Callable[[WebSocket, AppState], DialectConnection]
) -> None:
    """Serve one connection; where none can be made, the handshake is refused with the error as an answer."""
    state = state_of(websocket)
    try:
        connection = connection_for(websocket, state)
        with state.open_work(connection):
            await websocket.accept()
            await connection.run()
    except VoiceServerError as error:
        state.service.metrics.refused(error.code)
        await websocket.send_denial_response(error_response(websocket.url.path, error))
