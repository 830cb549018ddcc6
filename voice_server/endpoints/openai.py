"""OpenAI's speech interface, so that its clients work with another base address.

Unknown keys are ignored, `instructions` are accepted and not acted on. A model is a backend; OpenAI's own
model names mean the default one. Source of shapes and names: OpenAI's API reference and what its SDKs send.
"""

from __future__ import annotations

import base64
import math
import time
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from voice_server.encoding import FormatName, SampleRate
from voice_server.endpoints.operations import JSON, SPEAKING_REFUSALS, Operation
from voice_server.endpoints.problems import NotFound, TooLong
from voice_server.endpoints.requests import MAX_FILE_CHARS, Language, LongText, VoiceName, read_json
from voice_server.endpoints.speaking import Order, Rendering, SpokenAnswer, audio_stream
from voice_server.endpoints.speech_fields import BitRate, Options, ordered
from voice_server.endpoints.tts import AUDIO_TYPES
from voice_server.endpoints.whole import whole_file
from voice_server.speech import SpeechRequest, SpeechService
from voice_server.version import version

MODEL_ALIASES = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
"""OpenAI's models: each stands for the default backend."""

_CHARS_PER_TOKEN = 4
_TOKENS_PER_SECOND = 20  # as OpenAI counts the audio of its models, about
_EVENT_STREAM = "text/event-stream"
_started_at = int(time.time())


class VoiceReference(msgspec.Struct):
    """A voice as an object with its id."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class SpeechRequestFields(msgspec.Struct, kw_only=True):
    """What `/v1/audio/speech` takes; the fields after `stream_format` are ours."""

    input: LongText
    model: Annotated[str, msgspec.Meta(max_length=200)] = MODEL_ALIASES[0]
    voice: VoiceName | VoiceReference | None = None
    response_format: FormatName = "mp3"
    speed: Annotated[float, msgspec.Meta(ge=0.25, le=4.0)] | None = None
    instructions: str | None = None
    stream_format: Literal["audio", "sse"] = "audio"
    stream: Annotated[bool, msgspec.Meta(description="false: send the whole file with its length.")] = True
    language: Language | None = None
    options: Options | None = None
    sample_rate: SampleRate | None = None
    bit_rate: BitRate | None = None


class Model(msgspec.Struct, kw_only=True):
    """A model as OpenAI describes one."""

    id: str
    created: int
    owned_by: str = "voice-server"
    object: Literal["model"] = "model"


class ModelList(msgspec.Struct, kw_only=True):
    """All models."""

    data: list[Model]
    object: Literal["list"] = "list"


class ModelName(msgspec.Struct):
    """A model by its name alone."""

    id: str


class ModelNames(msgspec.Struct):
    """The models that speak."""

    models: list[ModelName]


class Service(msgspec.Struct, kw_only=True):
    """What answers at this address."""

    service: str
    version: str


def backend_of(service: SpeechService, model: str) -> str:
    """The backend that a model's name means. Raises NotFound, which lists the models."""
    if model in service.config.backends:
        return model
    if model.startswith(MODEL_ALIASES):
        return service.config.default_backend
    raise NotFound(
        f"there is no model {model[:80]!r}; there are {', '.join(model_names(service))}",
        code="model_not_found",
    )


def model_names(service: SpeechService) -> list[str]:
    """Every name that a request's model may have."""
    return [*service.config.backends, *MODEL_ALIASES]


def openai_order(service: SpeechService, fields: SpeechRequestFields, *, word_times: bool = False) -> Order:
    """What an OpenAI request asks for. Raises RequestError or BackendDown."""
    voice = fields.voice.id if isinstance(fields.voice, VoiceReference) else fields.voice
    return ordered(
        service,
        text=fields.input,
        form=fields.response_format,
        sample_rate=fields.sample_rate,
        bit_rate=fields.bit_rate,
        speed=fields.speed,
        request=SpeechRequest(
            backend=backend_of(service, fields.model),
            voice=voice,
            language=fields.language,
            options=dict(fields.options or {}),
            word_times=word_times,
        ),
    )


def refuse_long(fields: SpeechRequestFields) -> None:
    """Raise TooLong for a text whose answer cannot be put together as a whole."""
    if len(fields.input) > MAX_FILE_CHARS:
        allowed = f"at most {MAX_FILE_CHARS} characters for a whole answer"
        raise TooLong(
            "input", f"input must have {allowed}, not {len(fields.input)}; longer ones can be streamed"
        )


async def speech(request: Request) -> ASGIApp:
    """Answer `POST /v1/audio/speech`."""
    doors = request.app.state.doors
    fields = await read_json(request, SpeechRequestFields)
    is_whole = fields.stream_format == "audio" and not fields.stream
    if is_whole:
        refuse_long(fields)
    order = openai_order(doors.service, fields)
    if fields.stream_format == "sse":
        writer = audio_stream(order, {}, media_type=_EVENT_STREAM, wrap=_delta, last=_done(order))
    else:
        writer = whole_file(order, {}) if is_whole else audio_stream(order, {})
    return SpokenAnswer(doors, order, writer)


def _event(message: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(message) + b"\n\n"


def _delta(piece: bytes) -> bytes:
    return _event({"type": "speech.audio.delta", "audio": base64.b64encode(piece).decode()})


def _done(order: Order) -> Any:
    def done(rendering: Rendering) -> bytes:
        read = math.ceil(len(order.text) / _CHARS_PER_TOKEN)
        spoken = math.ceil(rendering.audio_ms / 1000 * _TOKENS_PER_SECOND)
        usage = {"input_tokens": read, "output_tokens": spoken, "total_tokens": read + spoken}
        return _event({"type": "speech.audio.done", "usage": usage})

    return done


# ---------------------------------------------------------------------- models


def _models(service: SpeechService) -> Iterable[Model]:
    return (Model(id=name, created=_started_at) for name in model_names(service))


async def list_models(request: Request) -> ASGIApp:
    """Answer `GET /v1/models`."""
    service = request.app.state.service
    return JSONResponse(msgspec.to_builtins(ModelList(data=list(_models(service)))))


async def one_model(request: Request) -> ASGIApp:
    """Answer `GET /v1/models/{model}`."""
    service = request.app.state.service
    name = request.path_params["model"]
    found = next((each for each in _models(service) if each.id == name), None)
    if found is None:
        backend_of(service, name)
        found = Model(id=name, created=_started_at)
    return JSONResponse(msgspec.to_builtins(found))


async def audio_models(request: Request) -> ASGIApp:
    """Answer `GET /v1/audio/models`."""
    names = [ModelName(name) for name in model_names(request.app.state.service)]
    return JSONResponse(msgspec.to_builtins(ModelNames(names)))


async def base(_request: Request) -> ASGIApp:
    """Answer the base address itself, which some clients ask to warm the connection up."""
    return JSONResponse(msgspec.to_builtins(Service(service="voice-server", version=version())))


OPERATIONS = (
    *(
        Operation(
            method="POST",
            path=path,
            endpoint=speech,
            summary="Speak, as OpenAI's interface does",
            tag="openai",
            fields=SpeechRequestFields,
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
        answers={JSON: ModelList},
    ),
    Operation(
        method="GET",
        path="/v1/models/{model}",
        endpoint=one_model,
        summary="One model",
        tag="openai",
        answers={JSON: Model},
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
            answers={JSON: Service},
        )
        for path in ("/v1", "/v1/")
    ),
)
"""The routes of this file."""
