"""OpenAI's speech interface, so that its clients work with another base address."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from voice_server.endpoints.app_state import state_of
from voice_server.endpoints.base64_strings import base64_string
from voice_server.endpoints.http.openai_fields import (
    OpenAISpeechFields,
    backend_of,
    model_names,
    refuse_long,
    resolve_openai,
)
from voice_server.endpoints.http.operations import JSON, SPEAKING_REFUSALS, Operation
from voice_server.endpoints.http.requests import read_json
from voice_server.endpoints.http.responses import AudioStream, EncodedSpeech, ResolvedSpeech, SpeechResponse
from voice_server.endpoints.http.whole_responses import WHOLE_FILE
from voice_server.sound_files.encoding import AUDIO_TYPES
from voice_server.speech import SpeechService
from voice_server.version import version

_CHARS_PER_TOKEN = 4
_TOKENS_PER_SECOND = 20  # as OpenAI counts the audio of its models, about
_EVENT_STREAM = "text/event-stream"
_started_at = int(time.time())


class OpenAIModel(msgspec.Struct, kw_only=True):
    """A model as OpenAI describes one."""

    id: str
    created: int
    owned_by: str = "voice-server"
    object: Literal["model"] = "model"


class OpenAIModelList(msgspec.Struct, kw_only=True):
    """All models."""

    data: list[OpenAIModel]
    object: Literal["list"] = "list"


class ModelName(msgspec.Struct):
    """A model by its name alone."""

    id: str


class ModelNames(msgspec.Struct):
    """The models that speak."""

    models: list[ModelName]


class ServiceName(msgspec.Struct, kw_only=True):
    """What answers at this address."""

    service: str
    version: str


async def speech(request: Request) -> ASGIApp:
    """Answer `POST /v1/audio/speech`."""
    state = state_of(request)
    fields = await read_json(request, OpenAISpeechFields)
    is_whole = fields.stream_format == "audio" and not fields.stream
    if is_whole:
        refuse_long(fields)
    resolved = resolve_openai(state.service, fields)
    if fields.stream_format == "sse":
        return SpeechResponse(state, resolved, _SERVER_SENT_EVENTS)
    return SpeechResponse(state, resolved, WHOLE_FILE if is_whole else AudioStream())


def _event(message: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(message) + b"\n\n"


def _delta(piece: bytes) -> bytes:
    return _event({"type": "speech.audio.delta", "audio": base64_string(piece)})


def _done(resolved: ResolvedSpeech, rendering: EncodedSpeech) -> bytes:
    read = math.ceil(len(resolved.text) / _CHARS_PER_TOKEN)
    spoken = math.ceil(rendering.audio_ms / 1000 * _TOKENS_PER_SECOND)
    usage = {"input_tokens": read, "output_tokens": spoken, "total_tokens": read + spoken}
    return _event({"type": "speech.audio.done", "usage": usage})


_SERVER_SENT_EVENTS = AudioStream(media_type=_EVENT_STREAM, wrap=_delta, last=_done)


# ---------------------------------------------------------------------- models


def _models(service: SpeechService) -> Iterable[OpenAIModel]:
    return (OpenAIModel(id=name, created=_started_at) for name in model_names(service))


async def list_models(request: Request) -> ASGIApp:
    """Answer `GET /v1/models`."""
    service = state_of(request).service
    return JSONResponse(msgspec.to_builtins(OpenAIModelList(data=list(_models(service)))))


async def one_model(request: Request) -> ASGIApp:
    """Answer `GET /v1/models/{model}`."""
    service = state_of(request).service
    name = request.path_params["model"]
    found = next((each for each in _models(service) if each.id == name), None)
    if found is None:
        backend_of(service, name)
        found = OpenAIModel(id=name, created=_started_at)
    return JSONResponse(msgspec.to_builtins(found))


async def audio_models(request: Request) -> ASGIApp:
    """Answer `GET /v1/audio/models`."""
    names = [ModelName(name) for name in model_names(state_of(request).service)]
    return JSONResponse(msgspec.to_builtins(ModelNames(names)))


async def base(_request: Request) -> ASGIApp:
    """Answer `GET /v1`, which some clients request to warm the connection up."""
    return JSONResponse(msgspec.to_builtins(ServiceName(service="voice-server", version=version())))


OPERATIONS = (
    *(
        Operation(
            method="POST",
            path=path,
            endpoint=speech,
            summary="Speak, as OpenAI's interface does",
            tag="openai",
            fields=OpenAISpeechFields,
            takes="json",
            answers={**AUDIO_TYPES, _EVENT_STREAM: None},
            refusals=(*SPEAKING_REFUSALS, 404),
        )
        for path in ("/v1/audio/speech", "/audio/speech")
    ),
    Operation(
        method="GET",
        path="/v1/models",
        endpoint=list_models,
        summary="The models: backends, and OpenAI's names for the default one",
        tag="openai",
        answers={JSON: OpenAIModelList},
    ),
    Operation(
        method="GET",
        path="/v1/models/{model}",
        endpoint=one_model,
        summary="One model",
        tag="openai",
        answers={JSON: OpenAIModel},
        refusals=(404,),
    ),
    *(
        Operation(
            method="GET",
            path=path,
            endpoint=audio_models,
            summary="The models that speak, by name",
            tag="openai",
            answers={JSON: ModelNames},
        )
        for path in ("/v1/audio/models", "/audio/models")
    ),
    *(
        Operation(
            method="GET",
            path=path,
            endpoint=base,
            summary="What answers here",
            tag="openai",
            answers={JSON: ServiceName},
        )
        for path in ("/v1", "/v1/")
    ),
)
"""The routes of this file."""
