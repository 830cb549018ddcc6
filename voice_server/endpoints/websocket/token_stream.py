"""`/stream-tokens`: the endpoint of a WebSocket that takes an LLM's tokens."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.websockets import WebSocket

from voice_server.core.stream_session import StreamConfig, StreamSession
from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.stream_connection import StreamConnection


async def token_stream(websocket: WebSocket) -> None:
    """Serve one connection of `/stream-tokens` from accept to close."""
    state = state_of(websocket)
    await websocket.accept()
    if state.is_draining:
        await websocket.close(CloseCode.TRY_LATER)
        return
    connection = StreamConnection(websocket, state.service, session_for(websocket.query_params))
    with state.open_work(connection.drain):
        await connection.run()


def session_for(query: Mapping[str, str]) -> StreamSession:
    """The session that the query of a WebSocket's URL asks for: `v`, `voice`, `backend`, `lang`."""
    voice, backend, lang = (query.get(key) or None for key in ("voice", "backend", "lang"))
    config = StreamConfig(voice=voice, backend=backend, lang=lang)
    return StreamSession(version=2 if query.get("v") == "2" else 1, config=config)
