"""`POST /tts/spoken`: what would be said of a text, and which rule changed what; nothing is rendered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from voice_server.core.speech.changes import Change, SpokenSentence, preparations, spoken_sentence
from voice_server.core.text.change_log import ChangeLog
from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.http.operations import JSON, SPEAKING_REFUSALS, Operation
from voice_server.endpoints.http.requests import read_any
from voice_server.endpoints.http.speech_fields import SpeechFields, resolve_fields

MAX_SHOWN_CHARS: Final = 20_000
_SLICE_CHARS: Final = 500


class SpokenFields(SpeechFields, kw_only=True):
    """A text and how it is spoken, as `/tts` takes it; what is about the file has no effect."""

    text: Annotated[
        str, msgspec.Meta(min_length=1, max_length=MAX_SHOWN_CHARS, description="The text to look at.")
    ]


class ShownSentence(msgspec.Struct, kw_only=True):
    """A sentence of the text: [start, end) as typed, what the engine is given ("" for nothing), and why."""

    text: str
    start: int
    end: int
    language: str
    spoken: str
    changes: list[Change]


class ShownWarning(msgspec.Struct, kw_only=True):
    """What a client may want to know of the voice that would speak."""

    code: str
    message: str


class ShownText(msgspec.Struct, kw_only=True):
    """What would be said, by whom."""

    backend: str
    voice: str
    sentences: list[ShownSentence]
    warnings: list[ShownWarning]


async def spoken(request: Request) -> ASGIApp:
    """Answer `POST /tts/spoken`."""
    fields = await read_any(request, SpokenFields)
    service = state_of(request).service
    resolved = resolve_fields(service, fields, "wav")
    settings = replace(resolved.settings, first_segment="sentence")
    sentences = []
    warnings = dict.fromkeys(resolved.warnings)
    for preparation, text in preparations(_slices(resolved.text), settings):
        log = ChangeLog()
        prepared = await service.prepare(preparation, log)
        sentences.append(_shown(spoken_sentence(preparation.piece, prepared.parts, log, text)))
        warnings |= dict.fromkeys(prepared.warnings)
        await asyncio.sleep(0)  # a long text takes some hundred milliseconds
    answer = ShownText(
        backend=settings.backend,
        voice=settings.voice,
        sentences=sentences,
        warnings=[ShownWarning(code=each.code, message=each.message) for each in warnings],
    )
    return Response(msgspec.json.encode(answer), media_type=JSON)


def _slices(text: str) -> Iterator[str]:
    return (text[at : at + _SLICE_CHARS] for at in range(0, len(text), _SLICE_CHARS))


def _shown(sentence: SpokenSentence) -> ShownSentence:
    return ShownSentence(
        text=sentence.piece.text,
        start=sentence.start,
        end=sentence.end,
        language=sentence.piece.language,
        spoken=sentence.spoken,
        changes=list(sentence.changes),
    )


OPERATIONS = (
    Operation(
        method="POST",
        path="/tts/spoken",
        endpoint=spoken,
        summary="What would be said of a text, sentence by sentence, and which rule changed what",
        tag="speak",
        fields=SpokenFields,
        takes="any",
        answers={JSON: ShownText},
        refusals=SPEAKING_REFUSALS,
    ),
)
"""The routes of this file."""
