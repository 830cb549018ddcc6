"""`/tts/` and `/tts`, `/tts/stream`: two interfaces that differ by a slash and agree in their fields.

`/tts/` answers with audio and word times in one JSON document, or with streamed audio and headers that repeat
the request; `/tts` answers with a whole file and `/tts/stream` with a stream.
"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.operations import JSON, SPEAKING_REFUSALS, Operation
from voice_server.endpoints.http.requests import FileText, read_any
from voice_server.endpoints.http.responses import AudioStream, ResolvedSpeech, SpeechResponse, WarningFields
from voice_server.endpoints.http.speech_fields import SpeechFields, resolve_fields
from voice_server.endpoints.http.whole_responses import WHOLE_FILE, RenderedFile, file_or_part, json_document
from voice_server.endpoints.http.word_timestamps import SpokenWord, spoken_words
from voice_server.sound_files.encoding import AUDIO_TYPES, FORMATS
from voice_server.sound_files.file_formats import FormatName
from voice_server.version import version


class StreamFields(SpeechFields, kw_only=True):
    """What `/tts/stream` takes."""

    format: FormatName = "wav"


class FileFields(StreamFields, kw_only=True):
    """What `/tts` takes: the whole file is made before it is sent, so the text is shorter."""

    text: FileText


class TimedFields(FileFields, kw_only=True):
    """What `/tts/` takes."""

    include_timestamps: bool = True


class TimedSpeech(msgspec.Struct, kw_only=True):
    """What `/tts/` answers: audio in base64 and the times of its words."""

    audio: str
    audio_format: str
    sample_rate: int
    word_timestamps: list[SpokenWord]
    total_duration: float
    voice: str
    speed: float
    text: str
    times_source: str
    warnings: list[WarningFields] = []


class Description(msgspec.Struct, kw_only=True):
    """What an interface says of itself."""

    service: str
    version: str
    endpoints: dict[str, str]
    parameters: dict[str, str]
    features: dict[str, str]


class AskedFields(FileFields, kw_only=True):
    """What `GET /tts` takes: without a text it describes the interface."""

    text: FileText | None = None  # type: ignore[assignment]  # the same field, which may be absent


class AskedTimedFields(TimedFields, kw_only=True):
    """What `GET /tts/` takes: without a text it describes the interface."""

    text: FileText | None = None  # type: ignore[assignment]  # the same field, which may be absent


async def speak_with_times(request: Request) -> ASGIApp:
    """Answer `POST /tts/`."""
    return _timed_response(request, await read_any(request, TimedFields))


def _timed_response(request: Request, fields: TimedFields) -> ASGIApp:
    state = state_of(request)
    resolved = resolve_fields(state.service, fields, fields.format, word_times=fields.include_timestamps)
    return SpeechResponse(state, resolved, _TIMED if fields.include_timestamps else _UNTIMED)


def _request_headers(resolved: ResolvedSpeech) -> dict[str, str]:
    return {
        "X-Voice": resolved.settings.voice,
        "X-Speed": str(resolved.speed),
        "X-Text-Length": str(len(resolved.text)),
        "X-Include-Timestamps": "false",
    }


def _timed_speech(rendered: RenderedFile) -> dict[str, Any]:
    resolved = rendered.resolved
    return {
        "audio_format": resolved.encoding.format.name,
        "sample_rate": resolved.encoding.sample_rate_hz,
        "word_timestamps": spoken_words(resolved.text, rendered.words),
        "total_duration": round(rendered.audio_ms / 1000, 3),
        "voice": resolved.settings.voice,
        "speed": resolved.speed,
        "text": resolved.text,
        "times_source": rendered.words.source,
        "warnings": [WarningFields(code=each.code, message=each.message) for each in rendered.warnings],
    }


_TIMED = json_document(_timed_speech)
_UNTIMED = AudioStream(headers=_request_headers)


async def speak_file(request: Request) -> ASGIApp:
    """Answer `POST /tts`."""
    fields = await read_any(request, FileFields)
    state = state_of(request)
    return SpeechResponse(state, resolve_fields(state.service, fields, fields.format), WHOLE_FILE)


async def speak_stream(request: Request) -> ASGIApp:
    """Answer `POST /tts/stream`."""
    fields = await read_any(request, StreamFields)
    state = state_of(request)
    return SpeechResponse(state, resolve_fields(state.service, fields, fields.format), AudioStream())


async def file_by_url(request: Request) -> ASGIApp:
    """Answer `GET /tts`: a text in the URL as a file, for players; a description where there is no text."""
    fields = await read_any(request, AskedFields)
    if fields.text is None:
        return _description()
    state = state_of(request)
    return SpeechResponse(state, resolve_fields(state.service, fields, fields.format), file_or_part(request))


async def times_by_url(request: Request) -> ASGIApp:
    """Answer `GET /tts/`: as `POST`, or a description where there is no text."""
    fields = await read_any(request, AskedTimedFields)
    return _description() if fields.text is None else _timed_response(request, fields)


def _description() -> ASGIApp:
    description = Description(
        service="voice-server",
        version=version(),
        endpoints={
            "POST /tts/": "audio with word times, or streamed audio",
            "POST /tts": "a whole audio file",
            "POST /tts/stream": "streamed audio",
            "GET /tts?text=…": "a whole audio file, for an <audio> element",
            "GET /tts/stream?text=…": "streamed audio",
            "GET /tts/voices": "the names of the voices",
            "GET /tts/health": "whether the server speaks",
        },
        parameters={
            "text": "the text to speak (required)",
            "voice": "a voice by name, number or alias (default: the backend's)",
            "speed": "0.1 to 3.0, default 1.0",
            "format": f"{', '.join(FORMATS)}, default wav",
            "include_timestamps": "true or false, default true",
        },
        features={
            "word_timestamps": "the time of every word, for highlighting",
            "streaming_audio": "audio from the first sentence on",
            "multiple_voices": "every voice of every backend",
        },
    )
    return JSONResponse(msgspec.to_builtins(description))


OPERATIONS = (
    Operation(
        method="POST",
        path="/tts/",
        endpoint=speak_with_times,
        summary="Speak with word times in one JSON document, or streamed without them",
        tag="speak",
        fields=TimedFields,
        takes="any",
        answers={JSON: TimedSpeech, **AUDIO_TYPES},
        refusals=SPEAKING_REFUSALS,
    ),
    Operation(
        method="POST",
        path="/tts",
        endpoint=speak_file,
        summary="Speak into a whole file",
        tag="speak",
        fields=FileFields,
        takes="any",
        answers=AUDIO_TYPES,
        refusals=SPEAKING_REFUSALS,
    ),
    Operation(
        method="POST",
        path="/tts/stream",
        endpoint=speak_stream,
        summary="Speak as a stream",
        tag="speak",
        fields=StreamFields,
        takes="any",
        answers=AUDIO_TYPES,
        refusals=SPEAKING_REFUSALS,
    ),
    Operation(
        method="GET",
        path="/tts/stream",
        endpoint=speak_stream,
        summary="Speak a text of the URL as a stream",
        tag="speak",
        fields=StreamFields,
        takes="query",
        answers=AUDIO_TYPES,
        refusals=SPEAKING_REFUSALS,
    ),
    Operation(
        method="GET",
        path="/tts",
        endpoint=file_by_url,
        summary="Speak a text of the URL into a file; without one, what this interface offers",
        tag="speak",
        fields=AskedFields,
        takes="query",
        answers={JSON: Description, **AUDIO_TYPES},
        has_parts=True,
        refusals=SPEAKING_REFUSALS,
    ),
    Operation(
        method="GET",
        path="/tts/",
        endpoint=times_by_url,
        summary="Speak a text of the URL with word times; without one, what this interface offers",
        tag="speak",
        fields=AskedTimedFields,
        takes="query",
        answers={JSON: (TimedSpeech, Description), **AUDIO_TYPES},
        refusals=SPEAKING_REFUSALS,
    ),
)
"""The routes of this file."""
