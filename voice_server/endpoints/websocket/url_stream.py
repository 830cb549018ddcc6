"""`/stream?text=…&voice=…`: a whole text by URL; warnings and PCM, then `{"done":true}`, then close 1000."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar, cast, get_args

from starlette.websockets import WebSocket, WebSocketDisconnect

from voice_server.core.options import normalize_of
from voice_server.core.speech.speech_settings import DEFAULT_CODE, DEFAULT_SCRIPT, ScriptPolicy
from voice_server.core.speech.utterance_events import (
    SentenceAudio,
    SentenceFailed,
    UtteranceEvent,
    UtteranceWarning,
)
from voice_server.core.text.filtering.text_filter import CodePolicy
from voice_server.core.text.speakable.citations import CitationPolicy
from voice_server.core.text.speakable.pictures import EmojiPolicy
from voice_server.core.types import MAX_PAUSE_MS, SpeechWarning
from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.form_fields import query_fields
from voice_server.endpoints.websocket.close_codes import CloseCode
from voice_server.endpoints.websocket.server_messages import (
    Message,
    error_message,
    to_json,
    warning_message,
)
from voice_server.errors import Busy, RequestError, VoiceServerError
from voice_server.speech import Speech, SpeechRequest, SpeechService

_Choice = TypeVar("_Choice", bound=str)
_DONE = to_json({"done": True})


async def url_stream(websocket: WebSocket) -> None:
    """Serve one connection of `/stream` from accept to close."""
    state = state_of(websocket)
    await websocket.accept()
    if state.is_draining:
        await websocket.close(CloseCode.TRY_LATER)
        return
    with state.open_work():
        try:
            await _speak(websocket, state.service)
        except* WebSocketDisconnect:
            pass


async def _speak(websocket: WebSocket, service: SpeechService) -> None:
    try:
        text, request = _request_of(query_fields(websocket))
        settings, warnings = service.settings(request)
        service.check_room(settings, len(text))
    except VoiceServerError as error:
        await _refuse(websocket, error)
        return
    with service.speak(text, settings) as speech:
        async with asyncio.TaskGroup() as tasks:
            disconnect = tasks.create_task(_close_on_disconnect(websocket, speech))
            await _send(websocket, speech, warnings)
            disconnect.cancel()


def _request_of(query: Mapping[str, str]) -> tuple[str, SpeechRequest]:
    """The text of a URL, and how it asks to be spoken. Raises RequestError."""
    text = query.get("text", "")
    if not text.strip():
        raise RequestError("the URL must have a text, as in /stream?text=Hello", code="no_text")
    return text, SpeechRequest(
        backend=query.get("backend") or None,
        voice=query.get("voice") or None,
        language=query.get("lang") or None,
        speed=_number("speed", query["speed"]) if query.get("speed") else None,
        normalize=normalize_of(query["normalize"]) if query.get("normalize") else True,
        script=_choice(query, "script", ScriptPolicy, DEFAULT_SCRIPT),
        code=_choice(query, "code", CodePolicy, DEFAULT_CODE),
        emoji=_choice(query, "emoji", EmojiPolicy, "skip"),
        citations=_choice(query, "citations", CitationPolicy, "skip"),
        markup="ssml" if _choice(query, "ssml", Literal["true", "false"], "false") == "true" else "strip",
        sentence_pause_ms=_pause(query["sentence_pause_ms"]) if query.get("sentence_pause_ms") else None,
    )


def _pause(text: str) -> float:
    pause_ms = _number("sentence_pause_ms", text)
    if not 0 <= pause_ms <= MAX_PAUSE_MS:
        allowed = f"from 0 to {MAX_PAUSE_MS}"
        raise RequestError(f"sentence_pause_ms must be {allowed}, not {text[:40]}", code="invalid_option")
    return pause_ms


def _choice(query: Mapping[str, str], name: str, policy: object, default: _Choice) -> _Choice:
    """One of the words that an option may be."""
    given = query.get(name) or default
    if given in get_args(policy):
        return cast("_Choice", given)
    *words, last = get_args(policy)
    raise RequestError(
        f"{name} must be {', '.join(words)} or {last}, not {given[:40]!r}", code="invalid_option"
    )


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise RequestError(f"{name} must be a number, not {text[:40]!r}", code="invalid_option") from None


async def _close_on_disconnect(websocket: WebSocket, speech: Speech) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
    speech.close()


async def _send(websocket: WebSocket, speech: Speech, warnings: Sequence[SpeechWarning]) -> None:
    for warning in warnings:
        await websocket.send_text(warning_message(warning))
    try:
        async for event in speech:
            await _send_message(websocket, _message_of(event))
    except VoiceServerError as error:
        await _refuse(websocket, error)
        return
    await websocket.send_text(_DONE)
    await websocket.close(CloseCode.NORMAL)


def _message_of(event: UtteranceEvent) -> Message | None:
    """The message for an event; None for those that this endpoint does not send."""
    match event:
        case SentenceAudio(pcm=pcm):
            return pcm
        case UtteranceWarning(code, message):
            return warning_message(SpeechWarning(code, message))
        case SentenceFailed(code=code, message=message):
            return error_message(code, message)
        case _:
            return None


async def _send_message(websocket: WebSocket, message: Message | None) -> None:
    if isinstance(message, bytes):
        await websocket.send_bytes(message)
    elif message is not None:
        await websocket.send_text(message)


async def _refuse(websocket: WebSocket, error: VoiceServerError) -> None:
    await websocket.send_text(error_message(error.code, error.message))
    await websocket.close(CloseCode.TRY_LATER if isinstance(error, Busy) else CloseCode.POLICY)
