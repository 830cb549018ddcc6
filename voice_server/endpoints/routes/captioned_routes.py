"""`POST /v1/audio/captioned`: audio with its word times, whole or while it is spoken; subtitles.

While it is spoken the answer is JSON lines, objects with a `type`: `words` come before the audio that they
belong to, `audio` holds a piece of the file in base64, `done` is the last.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.types import ASGIApp

from voice_server.core.speech.utterance_events import SentenceAudio
from voice_server.core.subtitles import Cue, cues_of, to_srt, to_vtt
from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.base64_strings import base64_string
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
from voice_server.sound_files.encoding import PieceBuffer
from voice_server.speech import Speech

_LINES = "application/x-ndjson"
_SRT = "application/x-subrip; charset=utf-8"
_VTT = "text/vtt; charset=utf-8"


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
    """Answer `POST /v1/audio/captioned`."""
    state = state_of(request)
    fields = await read_json(request, CaptionedFields)
    if fields.captions != "words" or not fields.stream:
        refuse_long(fields)
    resolved = resolve_openai(state.service, fields, word_times=True)
    return SpeechResponse(state, resolved, _writer_for(fields))


def _writer_for(fields: CaptionedFields) -> ResponseWriter:
    if fields.captions != "words":
        return _SUBTITLES[fields.captions]
    return _send_lines if fields.stream else _DOCUMENT


def _captioned_speech(rendered: RenderedFile) -> dict[str, Any]:
    resolved = rendered.resolved
    return {
        "audio_format": resolved.encoding.format.name,
        "sample_rate": resolved.encoding.sample_rate_hz,
        "timestamps": spoken_words(resolved.text, rendered.words),
        "duration": round(rendered.audio_ms / 1000, 3),
        "times_source": rendered.words.source,
        "text": resolved.text,
        "voice": resolved.settings.voice,
        "warnings": [WarningFields(code=each.code, message=each.message) for each in rendered.warnings],
    }


def _cues(rendered: RenderedFile) -> Iterator[Cue]:
    resolved = rendered.resolved
    settings = resolved.settings
    return cues_of(resolved.text, rendered.words, settings.language, markup=settings.markup)


_DOCUMENT = json_document(_captioned_speech)
_SUBTITLES = {
    "srt": text_document(_SRT, lambda rendered: to_srt(_cues(rendered))),
    "vtt": text_document(_VTT, lambda rendered: to_vtt(_cues(rendered))),
}


async def _send_lines(
    resolved: ResolvedSpeech, speech: Speech, reply: HttpReply, /
) -> VoiceServerError | None:
    """Send JSON lines while a text is spoken; return what went wrong if there was no audio."""
    pieces = PieceBuffer()
    rendering = EncodedSpeech(speech, resolved.encoding, pieces)
    lines: list[bytes] = []  # words that come before there is any sound wait here
    async for item in rendering:
        if isinstance(item, TimedWords):
            lines.append(_words_line(resolved.text, item))
        elif isinstance(item, SentenceAudio):
            lines.append(_audio_line(pieces.take()))
        if rendering.audio_ms and lines:
            if not reply.has_begun:
                await reply.begin(_LINES, stream_headers(resolved, rendering))
            await reply.body(b"".join(lines))
            lines.clear()
    if not reply.has_begun:
        return rendering.failure()
    await reply.body(b"".join(lines) + _audio_line(pieces.take()) + _done_line(resolved, rendering))
    await reply.end()
    return None


def _words_line(text: str, timed: TimedWords) -> bytes:
    words = list(spoken_words(text, timed.marks))
    return _line({"type": "words", "timestamps": words, "times_source": timed.source})


def _audio_line(piece: bytes) -> bytes:
    return _line({"type": "audio", "audio": base64_string(piece)}) if piece else b""


def _done_line(resolved: ResolvedSpeech, rendering: EncodedSpeech) -> bytes:
    warnings = [
        WarningFields(code=each.code, message=each.message)
        for each in (*resolved.warnings, *rendering.warnings, *rendering.missing_sentences)
    ]
    return _line({"type": "done", "duration": round(rendering.audio_ms / 1000, 3), "warnings": warnings})


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
        answers={JSON: CaptionedSpeech, _LINES: None, _SRT: None, _VTT: None},
        refusals=(*SPEAKING_REFUSALS, 404),
    ),
)
"""The routes of this file."""
