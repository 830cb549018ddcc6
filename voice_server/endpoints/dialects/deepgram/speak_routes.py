"""`/v1/speak` and `/v2/speak` as requests: a text in, its sound as the answer, streamed as it is rendered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp

from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.dialects.deepgram.deepgram_fields import (
    DeepgramRequestFields,
    DeepgramText,
    FluxRequestFields,
    check_flux_speed,
    deepgram_settings,
    model_uuid,
    request_encoding,
)
from voice_server.endpoints.http.form_fields import query_fields
from voice_server.endpoints.http.operations import SPEAKING_REFUSALS, Operation
from voice_server.endpoints.http.problems import WrongField
from voice_server.endpoints.http.requests import fields_from, read_json
from voice_server.endpoints.http.responses import AudioStream, ResolvedSpeech, SpeechResponse
from voice_server.endpoints.http.speech_fields import speech_of
from voice_server.sound_files.encoding import AUDIO_TYPES

_QUERY: Final[Mapping[str, str]] = {
    "model": "A voice of this server, an alias, or one of Deepgram's, whose language then speaks.",
    "encoding": "mp3 (unless another is named, or a container), linear16, mulaw, alaw, opus, aac or flac.",
    "container": "wav, unless none is named, for linear16, mulaw and alaw; ogg for opus; none for others.",
    "sample_rate": "Samples a second; 24000, or 8000 for mulaw and alaw, unless another is named.",
    "bit_rate": "Bits a second, for mp3, opus and aac.",
    "speed": "1 is the voice's own pace.",
}


async def speak(request: Request) -> ASGIApp:
    """Answer `POST /v1/speak`."""
    return await _answer(request, fields_from(query_fields(request), DeepgramRequestFields, as_text=True))


async def speak_flux(request: Request) -> ASGIApp:
    """Answer `POST /v2/speak`."""
    fields = fields_from(query_fields(request), FluxRequestFields, as_text=True)
    check_flux_speed(fields.speed)
    return await _answer(request, fields)


async def _answer(request: Request, fields: DeepgramRequestFields) -> ASGIApp:
    if fields.callback is not None:
        sentence = "callback must be left out: this server sends the sound as the answer, and calls nobody"
        raise WrongField("callback", sentence, code="invalid_field")
    encoding = request_encoding(fields)
    text = (await read_json(request, DeepgramText)).text
    state = state_of(request)
    resolved = speech_of(text, deepgram_settings(state.service, fields.model, fields.speed), encoding)

    def headers(resolved: ResolvedSpeech) -> dict[str, str]:
        return {
            "dg-request-id": str(uuid.uuid4()),
            "dg-model-name": fields.model or resolved.settings.voice,
            "dg-model-uuid": model_uuid(resolved.settings.voice),
            "dg-char-count": str(len(resolved.text)),
        }

    return SpeechResponse(state, resolved, AudioStream(headers=headers))


OPERATIONS = tuple(
    Operation(
        method="POST",
        path=path,
        endpoint=endpoint,
        summary=summary,
        tag="deepgram",
        fields=DeepgramText,
        takes="json",
        query=_QUERY,
        answers=AUDIO_TYPES,
        refusals=SPEAKING_REFUSALS,
    )
    for path, endpoint, summary in (
        ("/deepgram/v1/speak", speak, "Speak, as Deepgram's interface does"),
        ("/deepgram/v2/speak", speak_flux, "Speak, as Deepgram's interface of Flux does"),
    )
)
"""The routes of this file."""
