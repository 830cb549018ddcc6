"""What Cartesia's clients ask for, over HTTP and over a WebSocket.

Unknown keys are ignored; volume, emotion and dictionaries are accepted and not acted on. Source of names,
ranges and defaults: the types of Cartesia's Python SDK 4.2.0, and what LiveKit's and Pipecat's services send.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final, Literal

import msgspec

from voice_server.core.speech.speech_settings import MAX_LANGUAGE_CHARS, MAX_VOICE_CHARS, SpeechSettings
from voice_server.core.types import SpeechWarning
from voice_server.endpoints.dialects.shared.foreign_voices import foreign_settings
from voice_server.endpoints.http.requests import LongText
from voice_server.errors import RequestError
from voice_server.sound_files.encoding import Encoding, chosen_encoding, wav_encoding
from voice_server.sound_files.file_formats import FormatName
from voice_server.speech import SpeechRequest, SpeechService

MAX_BUFFER_DELAY_MS: Final = 5000
_ENCODINGS: Final[dict[str, FormatName]] = {
    "pcm_s16le": "pcm",
    "pcm_f32le": "f32",
    "pcm_mulaw": "mulaw",
    "pcm_alaw": "alaw",
}
_SPEEDS: Final = {"slow": 0.8, "normal": None, "fast": 1.25}
_VoiceId = Annotated[str, msgspec.Meta(max_length=MAX_VOICE_CHARS)]
_Language = Annotated[str, msgspec.Meta(max_length=MAX_LANGUAGE_CHARS)]
_ContextId = Annotated[str, msgspec.Meta(max_length=200)]


class CartesiaVoice(msgspec.Struct, frozen=True):
    """A voice as an object with its id; Pipecat sends null where its user named none."""

    id: _VoiceId | None = None


class CartesiaOutput(msgspec.Struct, frozen=True):
    """How the sound is sent; `bit_rate` is that of mp3."""

    container: Literal["raw", "wav", "mp3"] = "raw"
    encoding: Literal["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"] = "pcm_s16le"
    sample_rate: Literal[8000, 16000, 22050, 24000, 44100, 48000] = 44100
    bit_rate: Literal[32000, 64000, 96000, 128000, 192000] | None = None

    def chosen(self) -> Encoding:
        """The encoding. Raises RequestError for what the container cannot hold."""
        if self.container == "mp3":
            return chosen_encoding("mp3", self.sample_rate, self.bit_rate)
        if self.container == "wav":
            return wav_encoding(self.encoding, self.sample_rate)
        return chosen_encoding(_ENCODINGS[self.encoding], self.sample_rate)


class GenerationConfig(msgspec.Struct, frozen=True):
    """Of what it may hold only the speed is acted on."""

    speed: Annotated[float, msgspec.Meta(ge=0.6, le=2.0)] | None = None


class CartesiaVoiceFields(msgspec.Struct, kw_only=True):
    """How text is spoken."""

    model_id: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    voice: _VoiceId | CartesiaVoice | None = None
    output_format: CartesiaOutput = CartesiaOutput()
    language: _Language | None = None
    locale: _Language | None = None
    generation_config: GenerationConfig | None = None
    speed: Literal["slow", "normal", "fast"] | None = None
    normalization: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    add_timestamps: bool | None = None
    add_phoneme_timestamps: bool | None = None
    use_normalized_timestamps: bool | None = None
    context_id: _ContextId | None = None

    @property
    def wants_words(self) -> bool:
        """Whether word or phoneme times are to be sent."""
        return bool(self.add_timestamps or self.add_phoneme_timestamps)


class CartesiaSpeechFields(CartesiaVoiceFields, kw_only=True):
    """The body of `/tts/bytes` and `/tts/sse`."""

    transcript: LongText


class CartesiaMessage(CartesiaVoiceFields, kw_only=True, rename={"is_continued": "continue"}):
    """Every message to `/tts/websocket`: text of a context, or its end."""

    transcript: str | None = None
    is_continued: bool | None = None
    flush: bool | None = None
    max_buffer_delay_ms: Annotated[int, msgspec.Meta(ge=0, le=MAX_BUFFER_DELAY_MS)] | None = None
    cancel: bool | None = None


class CartesiaAddress(msgspec.Struct):
    """The context of a message, of which nothing else is read."""

    context_id: _ContextId = ""


def cartesia_settings(
    service: SpeechService, fields: CartesiaVoiceFields, *, max_wait_ms: float | None = None
) -> tuple[SpeechSettings, list[SpeechWarning]]:
    """How text is spoken: a model is a backend of ours or the default one, a voice one of ours or an alias.

    Raises RequestError or BackendDown.
    """
    if fields.language and fields.locale:
        raise RequestError("a request may have language or locale, not both", code="invalid_field")
    voice = fields.voice.id if isinstance(fields.voice, CartesiaVoice) else fields.voice
    speed = fields.generation_config.speed if fields.generation_config else None
    request = SpeechRequest(
        backend=fields.model_id if fields.model_id in service.backend_names else None,
        voice=voice or None,
        language=fields.language or fields.locale,
        speed=speed or _SPEEDS.get(fields.speed or "normal"),
        normalize=fields.normalization != "off",
        word_times=fields.wants_words,
    )
    if max_wait_ms is not None:
        request = replace(request, max_wait_ms=max_wait_ms)
    return foreign_settings(service, request)
