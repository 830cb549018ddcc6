"""The fields of OpenAI's speech interface, and what they ask for.

Unknown keys are ignored, `instructions` are accepted and not acted on. A model is a backend; OpenAI's own
model names mean the default one. Source of shapes and names: OpenAI's API reference and what its SDKs send.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from voice_server.core.speech.speech_settings import DEFAULT_CODE, DEFAULT_SCRIPT
from voice_server.core.wire.speakers import Speakers
from voice_server.endpoints.http.problems import NotFound, TooLong
from voice_server.endpoints.http.requests import MAX_FILE_CHARS, Language, LongText, VoiceName
from voice_server.endpoints.http.responses import ResolvedSpeech
from voice_server.endpoints.http.speech_fields import (
    BitRate,
    Citations,
    Code,
    Emoji,
    Normalize,
    Options,
    Pronunciations,
    Script,
    SentencePause,
    Ssml,
    resolve_speech,
)
from voice_server.sound_files.encoding import SampleRate
from voice_server.sound_files.file_formats import FormatName
from voice_server.speech import SpeechRequest, SpeechService

MODEL_ALIASES = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
"""OpenAI's models: each stands for the default backend."""


class VoiceReference(msgspec.Struct):
    """A voice as an object with its id."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class OpenAISpeechFields(msgspec.Struct, kw_only=True):
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
    normalize: Normalize | None = None
    script: Script | None = None
    code: Code | None = None
    emoji: Emoji | None = None
    citations: Citations | None = None
    sentence_pause_ms: SentencePause | None = None
    speakers: Speakers | None = None
    pronunciations: Pronunciations | None = None
    ssml: Ssml | None = None
    sample_rate: SampleRate | None = None
    bit_rate: BitRate | None = None


def backend_of(service: SpeechService, model: str) -> str | None:
    """The backend that a model's name means, None for the default one.

    Raises NotFound, which lists the models.
    """
    if model in service.backend_names:
        return model
    if model.startswith(MODEL_ALIASES):
        return None
    raise NotFound(
        f"there is no model {model[:80]!r}; there are {', '.join(model_names(service))}",
        code="model_not_found",
    )


def model_names(service: SpeechService) -> list[str]:
    """Every name that a request's model may have."""
    return [*service.backend_names, *MODEL_ALIASES]


def resolve_openai(
    service: SpeechService, fields: OpenAISpeechFields, *, word_times: bool = False
) -> ResolvedSpeech:
    """What an OpenAI request asks for. Raises RequestError or BackendDown."""
    voice = fields.voice.id if isinstance(fields.voice, VoiceReference) else fields.voice
    return resolve_speech(
        service,
        text=fields.input,
        form=fields.response_format,
        sample_rate=fields.sample_rate,
        bit_rate=fields.bit_rate,
        request=SpeechRequest(
            speed=fields.speed,
            backend=backend_of(service, fields.model),
            voice=voice,
            language=fields.language,
            options=dict(fields.options or {}),
            script=fields.script or DEFAULT_SCRIPT,
            code=fields.code or DEFAULT_CODE,
            emoji=fields.emoji or "skip",
            citations=fields.citations or "skip",
            sentence_pause_ms=fields.sentence_pause_ms,
            speakers=fields.speakers or {},
            pronunciations=fields.pronunciations or {},
            markup="ssml" if fields.ssml else "strip",
            normalize=True if fields.normalize is None else fields.normalize,
            word_times=word_times,
        ),
    )


def refuse_long(fields: OpenAISpeechFields) -> None:
    """Raise TooLong for a text whose answer cannot be put together as a whole."""
    if len(fields.input) > MAX_FILE_CHARS:
        allowed = f"at most {MAX_FILE_CHARS} characters for a whole answer"
        raise TooLong(
            "input", f"input must have {allowed}, not {len(fields.input)}; longer ones can be streamed"
        )
