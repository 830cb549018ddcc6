"""`/stream?text=…&voice=…`: a whole text by URL; PCM, then `{"done":true}`, then close 1000."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.websockets import WebSocket, WebSocketDisconnect

from voice_server.core.speech.utterance_events import SentenceAudio, SentenceFailed
from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.server_messages import error_message, to_json
from voice_server.errors import RequestError, VoiceServerError
from voice_server.speech import Speech, SpeechRequest, SpeechService


async def url_stream(websocket: WebSocket) -> None:
    """Serve one connection of `/stream` from accept to close."""
    await websocket.accept()
    try:
        speech = _open(websocket.query_params, state_of(websocket).service)
    except VoiceServerError as error:
        await websocket.send_text(error_message(error.code, error.message))
        await websocket.close(CloseCode.POLICY)
        return
    try:
        async with asyncio.TaskGroup() as tasks:
            hang_up = tasks.create_task(_until_gone(websocket, speech))
            await _send(websocket, speech)
            hang_up.cancel()
    except* WebSocketDisconnect:
        pass
    finally:
        speech.close()


def _open(query: Mapping[str, str], service: SpeechService) -> Speech:
    text = query.get("text", "")
    if not text.strip():
        raise RequestError("the URL must have a text, as in /stream?text=Hello", code="no_text")
    options: dict[str, object] = {}
    if query.get("speed"):
        options["speed"] = _number("speed", query["speed"])
    request = SpeechRequest(
        backend=query.get("backend") or None,
        voice=query.get("voice") or None,
        language=query.get("lang") or None,
        options=options,
    )
    settings, _notices = service.settings(request)
    speech = service.open(settings)
    speech.push(text)
    speech.end()
    return speech


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise RequestError(f"{name} must be a number, not {text[:40]!r}", code="invalid_option") from None


async def _until_gone(websocket: WebSocket, speech: Speech) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
    speech.close()


async def _send(websocket: WebSocket, speech: Speech) -> None:
    async for event in speech:
        if isinstance(event, SentenceAudio):
            await websocket.send_bytes(event.pcm)
        elif isinstance(event, SentenceFailed):
            await websocket.send_text(error_message(event.code, event.message))
    await websocket.send_text(to_json({"done": True}))
    await websocket.close(CloseCode.NORMAL)
