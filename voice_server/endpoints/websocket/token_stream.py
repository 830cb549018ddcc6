"""`/stream-tokens`: the endpoint of a WebSocket that takes an LLM's tokens."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.websockets import WebSocket

from voice_server.core.speech.speech_settings import SpeechRequest
from voice_server.core.stream_config import StreamConfig
from voice_server.core.stream_session import StreamSession
from voice_server.core.wire.client_messages import PROTOCOL_VERSIONS
from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.form_fields import query_fields
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.server_messages import error_message
from voice_server.endpoints.websocket.stream_connection import StreamConnection
from voice_server.errors import RequestError


async def token_stream(websocket: WebSocket) -> None:
    """Serve one connection of `/stream-tokens` from accept to close."""
    state = state_of(websocket)
    await websocket.accept()
    if state.is_draining:
        await websocket.close(CloseCode.TRY_LATER)
        return
    try:
        session = session_for(query_fields(websocket))
    except RequestError as error:
        await websocket.send_text(error_message(error.code, error.message))
        await websocket.close(CloseCode.POLICY)
        return
    connection = StreamConnection(websocket, state.service, session, state.kept)
    with state.open_work(connection):
        await connection.run()


def session_for(query: Mapping[str, str]) -> StreamSession:
    """The session that the query of a WebSocket's URL asks for: `v`, `voice`, `backend`, `lang`."""
    voice, backend, language = (query.get(key) or None for key in ("voice", "backend", "lang"))
    config = StreamConfig(request=SpeechRequest(voice=voice, backend=backend, language=language))
    version = PROTOCOL_VERSIONS[2] if query.get("v") == "2" else None
    return StreamSession(version=version, config=config)
