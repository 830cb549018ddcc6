"""Cartesia's routes: `/tts/bytes`, `/tts/sse` and the list of voices."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from voice_server.core.subtitles import typed_words
from voice_server.core.types import Voice
from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.dialects.cartesia.cartesia_fields import CartesiaSpeechFields, cartesia_settings
from voice_server.endpoints.dialects.cartesia.cartesia_messages import CartesiaContext
from voice_server.endpoints.dialects.shared.listed_voices import listed_voices
from voice_server.endpoints.http.form_fields import query_fields
from voice_server.endpoints.http.operations import JSON, SPEAKING_REFUSALS, Operation
from voice_server.endpoints.http.problems import NotFound
from voice_server.endpoints.http.requests import fields_from, read_json
from voice_server.endpoints.http.responses import (
    AudioStream,
    EncodedSpeech,
    HttpReply,
    ResolvedSpeech,
    SpeechResponse,
    TimedWords,
    stream_headers,
)
from voice_server.errors import RequestError, VoiceServerError
from voice_server.sound_files.encoding import AUDIO_TYPES, PieceBuffer
from voice_server.speech import Speech, SpeechService
from voice_server.version import version

_EVENT_STREAM = "text/event-stream"
_MOST_VOICES = 100
_GENDERS = {"female": "feminine", "male": "masculine"}


class CartesiaVoiceQuery(msgspec.Struct, kw_only=True):
    """Which voices of the list; `starting_after` is the id of the one before them."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=_MOST_VOICES)] = _MOST_VOICES
    starting_after: Annotated[str, msgspec.Meta(max_length=400)] | None = None
    q: Annotated[str, msgspec.Meta(max_length=200)] = ""


class CartesiaVoiceEntry(msgspec.Struct, kw_only=True):
    """A voice as Cartesia describes one; `language` is its first part alone."""

    id: str
    name: str
    description: str
    language: str
    gender: str | None
    locales: list[dict[str, Any]]
    created_at: str = "1970-01-01T00:00:00Z"
    tagline: str = ""
    access: str = "public"
    visibility: str = "all"
    is_owner: bool = False
    is_public: bool = True
    object: str = "voice"


class CartesiaVoiceList(msgspec.Struct, kw_only=True):
    """A page of the voices."""

    data: list[CartesiaVoiceEntry]
    has_more: bool
    next_page: str | None = None
    object: str = "list"


class CartesiaStatus(msgspec.Struct):
    """That this answers, and which version it is."""

    ok: bool
    version: str


async def speak_bytes(request: Request) -> ASGIApp:
    """Answer `POST /tts/bytes`."""
    state = state_of(request)
    fields = await read_json(request, CartesiaSpeechFields)
    return SpeechResponse(state, _resolved(state.service, fields), AudioStream())


async def speak_events(request: Request) -> ASGIApp:
    """Answer `POST /tts/sse`."""
    state = state_of(request)
    fields = await read_json(request, CartesiaSpeechFields)
    if fields.output_format.container != "raw":
        raise RequestError("output_format.container must be raw for /tts/sse", code="invalid_field")
    return SpeechResponse(state, _resolved(state.service, fields), _EventWriter(fields))


def _resolved(service: SpeechService, fields: CartesiaSpeechFields) -> ResolvedSpeech:
    if not fields.transcript.strip():
        raise RequestError("transcript must have something in it beside white space", code="no_text")
    settings, warnings = cartesia_settings(service, fields)
    return ResolvedSpeech(fields.transcript, settings, fields.output_format.chosen(), warnings)


class _EventWriter:
    """A ResponseWriter that sends sound and times as server-sent events."""

    def __init__(self, fields: CartesiaSpeechFields) -> None:
        self._fields = fields
        self._context = CartesiaContext(fields.context_id, time.monotonic())

    async def __call__(
        self, resolved: ResolvedSpeech, speech: Speech, reply: HttpReply, /
    ) -> VoiceServerError | None:
        """Send the events; return what went wrong if there was no sound."""
        pieces = PieceBuffer()
        rendering = EncodedSpeech(speech, resolved.encoding, pieces)
        waiting = b""  # times that come before there is any sound
        async for event in rendering.events():
            if isinstance(event, TimedWords):
                waiting += b"".join(map(_event, self._times(resolved.text, event)))
            sound = pieces.take()
            if sound:
                waiting += _event(self._context.chunk(sound, time.monotonic()))
            if rendering.audio_ms and waiting:
                if not reply.has_begun:
                    await reply.begin(_EVENT_STREAM, stream_headers(resolved, rendering))
                await reply.body(waiting)
                waiting = b""
        if not reply.has_begun:
            return rendering.failure()
        await reply.body(_event(self._context.done()))
        await reply.end()
        return None

    def _times(self, text: str, timed: TimedWords) -> Iterator[dict[str, Any]]:
        if self._fields.add_timestamps:
            is_spoken = self._fields.use_normalized_timestamps
            typed = typed_words(text, timed.marks, timed.sentence, with_signs=True)
            yield self._context.words(timed.marks if is_spoken else typed)
        if self._fields.add_phoneme_timestamps:
            yield self._context.phonemes(timed.marks)


def _event(message: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(message) + b"\n\n"


# ---------------------------------------------------------------------- voices


async def list_voices(request: Request) -> ASGIApp:
    """Answer `GET /voices`."""
    fields = fields_from(query_fields(request), CartesiaVoiceQuery, as_text=True)
    voices = list(_listed(state_of(request).service, lambda voice: fields.q.lower() in voice.name.lower()))
    ids = [each.id for each in voices]
    if fields.starting_after is not None:
        voices = voices[ids.index(fields.starting_after) + 1 :] if fields.starting_after in ids else []
    page = voices[: fields.limit]
    has_more = len(voices) > len(page)
    answer = CartesiaVoiceList(data=page, has_more=has_more, next_page=page[-1].id if has_more else None)
    return JSONResponse(msgspec.to_builtins(answer))


async def one_voice(request: Request) -> ASGIApp:
    """Answer `GET /voices/{id}`."""
    name = request.path_params["voice"]
    found = next(_listed(state_of(request).service, lambda voice: voice.id == name), None)
    if found is None:
        raise NotFound(f"there is no voice {name[:80]!r}; /voices lists them", code="unknown_voice")
    return JSONResponse(msgspec.to_builtins(found))


def _listed(service: SpeechService, fits: Callable[[Voice], bool]) -> Iterator[CartesiaVoiceEntry]:
    return (_entry(each) for each in listed_voices(service) if fits(each))


def _entry(voice: Voice) -> CartesiaVoiceEntry:
    return CartesiaVoiceEntry(
        id=voice.id,
        name=voice.name,
        description=f"{voice.name}, {voice.language}, of {voice.backend}",
        language=voice.language.partition("-")[0],
        gender=_GENDERS.get(voice.gender),
        locales=[{"locale": voice.language, "is_native": True}],
    )


async def status(_request: Request) -> ASGIApp:
    """Answer `GET /`."""
    return JSONResponse(msgspec.to_builtins(CartesiaStatus(True, version())))


CARTESIA_OPERATIONS = (
    Operation(
        method="POST",
        path="/cartesia/tts/bytes",
        endpoint=speak_bytes,
        summary="Speak, as Cartesia's interface does",
        tag="cartesia",
        fields=CartesiaSpeechFields,
        takes="json",
        answers=AUDIO_TYPES,
        refusals=SPEAKING_REFUSALS,
    ),
    Operation(
        method="POST",
        path="/cartesia/tts/sse",
        endpoint=speak_events,
        summary="Speak with word times, as server-sent events",
        tag="cartesia",
        fields=CartesiaSpeechFields,
        takes="json",
        answers={_EVENT_STREAM: None},
        refusals=SPEAKING_REFUSALS,
    ),
    Operation(
        method="GET",
        path="/cartesia/voices",
        endpoint=list_voices,
        summary="The voices, as Cartesia lists them",
        tag="cartesia",
        fields=CartesiaVoiceQuery,
        takes="query",
        answers={JSON: CartesiaVoiceList},
        refusals=(400,),
    ),
    Operation(
        method="GET",
        path="/cartesia/voices/{voice}",
        endpoint=one_voice,
        summary="One voice",
        tag="cartesia",
        answers={JSON: CartesiaVoiceEntry},
        refusals=(404,),
    ),
    Operation(
        method="GET",
        path="/cartesia/",
        endpoint=status,
        summary="Whether Cartesia's interface answers here",
        tag="cartesia",
        answers={JSON: CartesiaStatus},
    ),
)
"""The routes of this file."""
