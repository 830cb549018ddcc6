"""`POST /v1/text-to-speech/{voice}` and what lies below it; `/v1/text-to-dialogue`.

With `/with-timestamps` the answer is a JSON object, with `/stream/with-timestamps` one on each line; times
are in seconds from the first sample of the whole answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.types import ASGIApp

from voice_server.core.speech.utterance_events import SentenceAudio
from voice_server.core.subtitles import written_words
from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.base64_strings import base64_string
from voice_server.endpoints.dialects.elevenlabs.character_times import (
    CharacterTimes,
    TimedCharacter,
    characters_of,
)
from voice_server.endpoints.dialects.elevenlabs.elevenlabs_fields import (
    ElevenLabsDialogueFields,
    ElevenLabsSpeechFields,
    FormatQuery,
    elevenlabs_settings,
    encoding_of,
)
from voice_server.endpoints.http.form_fields import query_fields
from voice_server.endpoints.http.operations import JSON, SPEAKING_REFUSALS, Operation
from voice_server.endpoints.http.problems import TooLong
from voice_server.endpoints.http.requests import MAX_FILE_CHARS, MAX_TEXT_CHARS, fields_from, read_json
from voice_server.endpoints.http.responses import (
    AudioStream,
    EncodedSpeech,
    HttpReply,
    ResolvedSpeech,
    SpeechResponse,
    TimedWords,
    stream_headers,
)
from voice_server.endpoints.http.whole_responses import RenderedFile, json_document, whole_file
from voice_server.errors import RequestError, VoiceServerError
from voice_server.sound_files.encoding import AUDIO_TYPES, PieceBuffer
from voice_server.speech import Speech, SpeechService

_FORMAT_QUERY: Final = {"output_format": "mp3_44100_128 by default; codec, sample rate, bit rate in kbit/s"}
_MOST_VOICES: Final = 10
_Alignment = dict[str, Any]


class CharacterAlignment(msgspec.Struct):
    """Characters and their times, in seconds from the first sample."""

    characters: list[str]
    character_start_times_seconds: list[float]
    character_end_times_seconds: list[float]


class TimedSound(msgspec.Struct):
    """Sound in base64; the characters as typed, and as said."""

    audio_base64: str
    alignment: CharacterAlignment | None
    normalized_alignment: CharacterAlignment | None


async def speak(request: Request) -> ASGIApp:
    """Answer `POST /v1/text-to-speech/{voice}` with a whole file."""
    resolved = await _resolved(request, is_whole=True)
    return SpeechResponse(state_of(request), resolved, whole_file(_identity()))


async def speak_stream(request: Request) -> ASGIApp:
    """Answer `POST /v1/text-to-speech/{voice}/stream`."""
    headers = _identity()
    return SpeechResponse(
        state_of(request), await _resolved(request), AudioStream(headers=lambda _resolved: headers)
    )


async def speak_with_times(request: Request) -> ASGIApp:
    """Answer `POST /v1/text-to-speech/{voice}/with-timestamps`."""
    resolved = await _resolved(request, is_whole=True, word_times=True)
    write = json_document(_alignments, audio_key="audio_base64", headers=_identity())
    return SpeechResponse(state_of(request), resolved, write)


async def stream_with_times(request: Request) -> ASGIApp:
    """Answer `POST /v1/text-to-speech/{voice}/stream/with-timestamps`."""
    return SpeechResponse(state_of(request), await _resolved(request, word_times=True), _send_lines)


async def speak_dialogue(request: Request) -> ASGIApp:
    """Answer `POST /v1/text-to-dialogue` with a whole file."""
    resolved = await _resolved_dialogue(request, is_whole=True)
    return SpeechResponse(state_of(request), resolved, whole_file(_identity()))


async def stream_dialogue(request: Request) -> ASGIApp:
    """Answer `POST /v1/text-to-dialogue/stream`."""
    headers = _identity()
    return SpeechResponse(
        state_of(request), await _resolved_dialogue(request), AudioStream(headers=lambda _resolved: headers)
    )


async def _resolved(request: Request, *, is_whole: bool = False, word_times: bool = False) -> ResolvedSpeech:
    fields = await read_json(request, ElevenLabsSpeechFields)
    service = state_of(request).service
    settings, warnings = elevenlabs_settings(
        service, request.path_params["voice"], fields, fields.voice_settings, word_times=word_times
    )
    checked = _checked(fields.text, "text", is_whole=is_whole)
    return ResolvedSpeech(checked, settings, encoding_of(_output_format(request)), warnings)


async def _resolved_dialogue(request: Request, *, is_whole: bool = False) -> ResolvedSpeech:
    fields = await read_json(request, ElevenLabsDialogueFields)
    service = state_of(request).service
    first = fields.inputs[0].voice_id
    settings, warnings = elevenlabs_settings(service, first, fields)
    text = "".join(_spoken_as(service, fields, settings.voice))
    checked = _checked(text, "inputs", is_whole=is_whole)
    return ResolvedSpeech(checked, settings, encoding_of(_output_format(request)), warnings)


def _spoken_as(service: SpeechService, fields: ElevenLabsDialogueFields, first: str) -> Iterator[str]:
    """The parts of a dialogue, a line each, with a tag round those that the first voice does not say."""
    voices = {each.voice_id for each in fields.inputs}
    if len(voices) > _MOST_VOICES:
        message = f"inputs must have at most {_MOST_VOICES} voices, not {len(voices)}"
        raise RequestError(message, code="invalid_field")
    names = {each: elevenlabs_settings(service, each, fields)[0].voice for each in voices}
    for each in fields.inputs:
        name = names[each.voice_id]
        yield f"{each.text}\n" if name == first else f"[voice:{name}]{each.text}[/voice]\n"


def _checked(text: str, name: str, *, is_whole: bool) -> str:
    """The text. Raises RequestError where it is blank, or too long for a whole answer."""
    if not text.strip():
        raise RequestError(f"{name} must have something in it beside white space", code="no_text")
    most, what = (MAX_FILE_CHARS, "a whole answer") if is_whole else (MAX_TEXT_CHARS, "a stream")
    if len(text) > most:
        raise TooLong(name, f"{name} must have at most {most} characters for {what}, not {len(text)}")
    return text


def _output_format(request: Request) -> Any:
    return fields_from(query_fields(request), FormatQuery, as_text=True).output_format


def _identity() -> dict[str, str]:
    """The header by which ElevenLabs' clients name an answer."""
    return {"request-id": uuid.uuid4().hex}


# ---------------------------------------------------------------------- character times


def _alignments(rendered: RenderedFile) -> Mapping[str, object]:
    text, words = rendered.resolved.text, rendered.words

    def typed() -> Iterator[TimedCharacter]:
        return characters_of(text, written_words(words, text))

    def spoken() -> Iterator[TimedCharacter]:
        return characters_of(text, words)

    return {
        name: {
            "characters": (each.character for each in characters()),
            "character_start_times_seconds": (_seconds(each.start_ms) for each in characters()),
            "character_end_times_seconds": (_seconds(each.end_ms) for each in characters()),
        }
        for name, characters in (("alignment", typed), ("normalized_alignment", spoken))
    }


async def _send_lines(
    resolved: ResolvedSpeech, speech: Speech, reply: HttpReply, /
) -> VoiceServerError | None:
    """A ResponseWriter of a line for each piece of sound, with the character times that came before it."""
    pieces = PieceBuffer()
    rendering = EncodedSpeech(speech, resolved.encoding, pieces)
    times = CharacterTimes()
    typed: list[TimedCharacter] = []
    spoken: list[TimedCharacter] = []
    async for event in rendering:
        if isinstance(event, TimedWords):
            more = times.typed_and_spoken(resolved.text, event.marks)
            typed += more[0]
            spoken += more[1]
        elif isinstance(event, SentenceAudio):
            sound = pieces.take()
            if not sound:
                continue
            if not reply.has_begun:
                await reply.begin(JSON, {**stream_headers(resolved, rendering), **_identity()})
            await reply.body(_line(sound, typed, spoken))
            typed, spoken = [], []
    if rendering.audio_ms and not reply.has_begun:
        await reply.begin(JSON, {**stream_headers(resolved, rendering), **_identity()})
    if not reply.has_begun:
        return rendering.failure()
    sound, rest = pieces.take(), times.rest(resolved.text)
    if sound or typed or rest:
        await reply.body(_line(sound, typed + rest, spoken + rest))
    await reply.end()
    return None


def _line(sound: bytes, typed: list[TimedCharacter], spoken: list[TimedCharacter]) -> bytes:
    message = {
        "audio_base64": base64_string(sound),
        "alignment": _columns(typed),
        "normalized_alignment": _columns(spoken),
    }
    return msgspec.json.encode(message) + b"\n"


def _columns(characters: Iterable[TimedCharacter]) -> _Alignment | None:
    rows = list(characters)
    named = {
        "characters": [each.character for each in rows],
        "character_start_times_seconds": [_seconds(each.start_ms) for each in rows],
        "character_end_times_seconds": [_seconds(each.end_ms) for each in rows],
    }
    return named if rows else None


def _seconds(ms: float) -> float:
    return round(ms / 1000, 4)


SPEECH_OPERATIONS = (
    *(
        Operation(
            method="POST",
            path=f"/elevenlabs/v1/text-to-speech/{{voice}}{below}",
            endpoint=endpoint,
            summary=summary,
            tag="elevenlabs",
            fields=ElevenLabsSpeechFields,
            takes="json",
            query=_FORMAT_QUERY,
            answers=answers,
            refusals=SPEAKING_REFUSALS,
        )
        for below, endpoint, summary, answers in (
            ("", speak, "Speak into a whole file, as ElevenLabs' interface does", AUDIO_TYPES),
            ("/stream", speak_stream, "Speak as a stream", AUDIO_TYPES),
            ("/with-timestamps", speak_with_times, "Speak with character times", {JSON: TimedSound}),
            (
                "/stream/with-timestamps",
                stream_with_times,
                "Speak as a stream of JSON lines with character times",
                {JSON: TimedSound},
            ),
        )
    ),
    *(
        Operation(
            method="POST",
            path=f"/elevenlabs/v1/text-to-dialogue{below}",
            endpoint=endpoint,
            summary=summary,
            tag="elevenlabs",
            fields=ElevenLabsDialogueFields,
            takes="json",
            query=_FORMAT_QUERY,
            answers=AUDIO_TYPES,
            refusals=SPEAKING_REFUSALS,
        )
        for below, endpoint, summary in (
            ("", speak_dialogue, "Speak a dialogue into a whole file"),
            ("/stream", stream_dialogue, "Speak a dialogue as a stream"),
        )
    ),
)
"""The routes of this file."""
