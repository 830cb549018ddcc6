"""`POST /v1/audio/captioned`: audio with its word times, whole or while it is spoken; subtitles.

While it is spoken the answer is JSON lines, objects with a `type`: `words` come before the audio that they
belong to, `audio` holds a piece of the file in base64, `done` is the last.
"""

from __future__ import annotations

import base64
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.types import ASGIApp

from voice_server.core.speech.utterance_events import SentenceAudio
from voice_server.core.subtitles import cues_of, to_srt, to_vtt
from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.encoding import PieceBuffer
from voice_server.endpoints.http.openai_fields import OpenAISpeechFields, refuse_long, resolve_openai
from voice_server.endpoints.http.operations import JSON, SPEAKING_REFUSALS, Operation
from voice_server.endpoints.http.requests import read_json
from voice_server.endpoints.http.responses import (
    EncodedSpeech,
    HttpReply,
    ResolvedSpeech,
    ResponseWriter,
    SpeechResponse,
    TimedWords,
    WarningFields,
    stream_headers,
)
from voice_server.endpoints.http.whole_responses import RenderedFile, json_document, text_document
from voice_server.endpoints.http.word_timestamps import SpokenWord, spoken_words
from voice_server.errors import VoiceServerError
from voice_server.speech import Speech

_LINES = "application/x-ndjson"
_SUBTITLES = {"srt": "application/x-subrip; charset=utf-8", "vtt": "text/vtt; charset=utf-8"}


class CaptionedFields(OpenAISpeechFields, kw_only=True):
    """What `/v1/audio/captioned` takes: the fields of `/v1/audio/speech`, and what to answer with."""

    stream: bool = False
    captions: Literal["words", "srt", "vtt"] = "words"


class CaptionedSpeech(msgspec.Struct, kw_only=True):
    """Audio in base64 and the times of its words."""

    audio: str
    audio_format: str
    sample_rate: int
    timestamps: list[SpokenWord]
    duration: float
    times_source: str
    text: str
    voice: str
    warnings: list[WarningFields]


async def captioned(request: Request) -> ASGIApp:
    """Answer one request."""
    state = state_of(request)
    fields = await read_json(request, CaptionedFields)
    if fields.captions != "words" or not fields.stream:
        refuse_long(fields)
    order = resolve_openai(state.service, fields, word_times=True)
    if fields.captions != "words":
        return SpeechResponse(state, order, _subtitles(order, fields.captions))
    writer = _lines(order) if fields.stream else json_document(order, _captioned_speech)
    return SpeechResponse(state, order, writer)


def _captioned_speech(recording: RenderedFile) -> dict[str, Any]:
    order = recording.order
    words, source = spoken_words(order.text, recording.words)
    return {
        "audio_format": order.encoding.format.name,
        "sample_rate": order.encoding.sample_rate_hz,
        "timestamps": words,
        "duration": round(recording.audio_ms / 1000, 3),
        "times_source": source,
        "text": order.text,
        "voice": order.settings.voice,
        "warnings": [WarningFields(code=each.code, message=each.message) for each in recording.warnings],
    }


def _subtitles(order: ResolvedSpeech, kind: Literal["srt", "vtt"]) -> ResponseWriter:
    def text(recording: RenderedFile) -> str:
        marks = [mark for batch in recording.words for mark in batch.marks]
        shown = cues_of(order.text, marks)
        return to_srt(shown) if kind == "srt" else to_vtt(shown)

    return text_document(order, _SUBTITLES[kind], text)


def _lines(order: ResolvedSpeech) -> ResponseWriter:
    async def write(speech: Speech, reply: HttpReply) -> VoiceServerError | None:
        pieces = PieceBuffer()
        rendering = EncodedSpeech(speech, order.encoding, pieces)
        early: list[bytes] = []  # words that come before there is any sound
        async for item in rendering:
            if isinstance(item, TimedWords):
                early.append(_words_line(order.text, item))
            elif isinstance(item, SentenceAudio):
                early.append(_audio_line(pieces.take()))
            if rendering.audio_ms and early:
                if not reply.has_begun:
                    await reply.begin(_LINES, stream_headers(order))
                await reply.body(b"".join(early))
                early.clear()
        if not reply.has_begun:
            return rendering.failure()
        await reply.body(b"".join(early) + _audio_line(pieces.take()) + _done_line(order, rendering))
        await reply.end()
        return None

    return write


def _words_line(text: str, timed: TimedWords) -> bytes:
    words, source = spoken_words(text, [timed])
    return _line({"type": "words", "timestamps": words, "times_source": source})


def _audio_line(piece: bytes) -> bytes:
    return _line({"type": "audio", "audio": base64.b64encode(piece).decode()}) if piece else b""


def _done_line(order: ResolvedSpeech, rendering: EncodedSpeech) -> bytes:
    warnings = [*order.notices, *rendering.warnings, *rendering.lost]
    told = [WarningFields(code=each.code, message=each.message) for each in warnings]
    return _line({"type": "done", "duration": round(rendering.audio_ms / 1000, 3), "warnings": told})


def _line(message: dict[str, Any]) -> bytes:
    return msgspec.json.encode(message) + b"\n"


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/audio/captioned",
        endpoint=captioned,
        summary="Speak with word times: whole, as JSON lines while it is spoken, or as subtitles alone",
        tag="speak",
        fields=CaptionedFields,
        takes="json",
        answers={JSON: CaptionedSpeech, _LINES: None, **dict.fromkeys(_SUBTITLES.values())},
        refusals=(*SPEAKING_REFUSALS, 404),
    ),
)
"""The routes of this file."""
