"""What ElevenLabs' clients ask for, over HTTP and over WebSockets.

Unknown keys are ignored; of the settings of a voice only the speed has an effect. Source of names, ranges and
defaults: ElevenLabs' API reference, the types of its Python SDK 2.78.0, and what LiveKit's and Pipecat's
services send.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from voice_server.core.speech.speech_settings import MAX_LANGUAGE_CHARS, MAX_VOICE_CHARS, SpeechSettings
from voice_server.core.types import SpeechWarning
from voice_server.endpoints.dialects.shared.foreign_voices import foreign_settings
from voice_server.endpoints.http.requests import LongText
from voice_server.sound_files.encoding import Encoding, chosen_encoding
from voice_server.sound_files.file_formats import FormatName
from voice_server.speech import SpeechRequest, SpeechService

OutputFormat = Literal[
    "mp3_22050_32",
    "mp3_24000_48",
    "mp3_44100_32",
    "mp3_44100_64",
    "mp3_44100_96",
    "mp3_44100_128",
    "mp3_44100_192",
    "pcm_8000",
    "pcm_16000",
    "pcm_22050",
    "pcm_24000",
    "pcm_32000",
    "pcm_44100",
    "pcm_48000",
    "ulaw_8000",
    "alaw_8000",
    "opus_48000_32",
    "opus_48000_64",
    "opus_48000_96",
    "opus_48000_128",
    "opus_48000_192",
    "wav_8000",
    "wav_16000",
    "wav_22050",
    "wav_24000",
    "wav_32000",
    "wav_44100",
    "wav_48000",
]
"""Codec, sample rate in Hz, and of some the bit rate in kbit/s."""
DEFAULT_FORMAT: Final[OutputFormat] = "mp3_44100_128"
_FORMS: Final[dict[str, FormatName]] = {
    "mp3": "mp3",
    "pcm": "pcm",
    "ulaw": "mulaw",
    "alaw": "alaw",
    "opus": "opus",
    "wav": "wav",
}

VoiceId = Annotated[str, msgspec.Meta(max_length=MAX_VOICE_CHARS)]
ContextName = Annotated[str, msgspec.Meta(max_length=200)]
Normalization = Literal["auto", "on", "off"]
_ModelId = Annotated[str, msgspec.Meta(max_length=200)]
_Language = Annotated[str, msgspec.Meta(max_length=MAX_LANGUAGE_CHARS)]


class VoiceSettings(msgspec.Struct, frozen=True):
    """Of what they may hold only the speed is acted on."""

    speed: Annotated[float, msgspec.Meta(ge=0.25, le=4.0)] | None = None


class FormatQuery(msgspec.Struct, kw_only=True):
    """The query of a request that speaks."""

    output_format: OutputFormat = DEFAULT_FORMAT


class ElevenLabsSpeechFields(msgspec.Struct, kw_only=True):
    """The body of `/v1/text-to-speech/{voice}` and what lies below it."""

    text: LongText
    model_id: _ModelId | None = None
    language_code: _Language | None = None
    voice_settings: VoiceSettings | None = None
    apply_text_normalization: Normalization | None = None


class DialogueInput(msgspec.Struct, kw_only=True):
    """A part of a dialogue, and who says it."""

    text: str
    voice_id: VoiceId
    new_turn: bool | None = None


class ElevenLabsDialogueFields(msgspec.Struct, kw_only=True):
    """The body of `/v1/text-to-dialogue`, whose parts are spoken one after the other."""

    inputs: Annotated[list[DialogueInput], msgspec.Meta(min_length=1, max_length=1000)]
    model_id: _ModelId | None = None
    language_code: _Language | None = None
    apply_text_normalization: Normalization | None = None


class SocketQuery(msgspec.Struct, kw_only=True):
    """The query of a WebSocket; `inactivity_timeout` is in seconds."""

    model_id: _ModelId | None = None
    output_format: OutputFormat = DEFAULT_FORMAT
    language_code: _Language | None = None
    auto_mode: bool = False
    sync_alignment: bool = False
    inactivity_timeout: Annotated[int, msgspec.Meta(ge=1, le=180)] = 20
    enable_ssml_parsing: bool = False
    apply_text_normalization: Normalization | None = None


class FirstMessage(msgspec.Struct, kw_only=True):
    """What the first message to a WebSocket may carry beside what it says: a key, in one of its places."""

    xi_api_key: str | None = None
    dashed_key: str | None = msgspec.field(default=None, name="xi-api-key")
    authorization: str | None = None
    single_use_token: str | None = None

    @property
    def keys(self) -> list[str]:
        """Every key, a scheme such as `Bearer` left out."""
        given = (self.xi_api_key, self.dashed_key, self.authorization, self.single_use_token)
        return [each.rpartition(" ")[2] for each in given if each]


class SpeechMessage(FirstMessage, kw_only=True):
    """A message to `stream-input`."""

    text: str
    flush: bool | None = None
    voice_settings: VoiceSettings | None = None


class ContextMessage(FirstMessage, kw_only=True):
    """A message to `multi-stream-input`."""

    text: str | None = None
    context_id: ContextName | None = None
    camel_context_id: ContextName | None = msgspec.field(default=None, name="contextId")
    flush: bool | None = None
    close_context: bool | None = None
    close_socket: bool | None = None
    voice_settings: VoiceSettings | None = None


class DialogueMessage(FirstMessage, kw_only=True):
    """A message to `/v1/text-to-dialogue/multi-stream-input`."""

    context_id: ContextName | None = None
    voices: Annotated[list[VoiceId], msgspec.Meta(min_length=1, max_length=10)] | None = None
    inputs: Annotated[list[DialogueInput], msgspec.Meta(max_length=1000)] = []
    flush: bool | None = None
    close_context: bool | None = None
    close_socket: bool | None = None
    keep_alive: bool | None = None


def encoding_of(output_format: OutputFormat) -> Encoding:
    """The encoding that a name means."""
    form, rate, *kbits = output_format.split("_")
    return chosen_encoding(_FORMS[form], int(rate), int(kbits[0]) * 1000 if kbits else None)


def elevenlabs_settings(
    service: SpeechService,
    voice: str,
    fields: ElevenLabsSpeechFields | ElevenLabsDialogueFields | SocketQuery,
    voice_settings: VoiceSettings | None = None,
    *,
    word_times: bool = False,
) -> tuple[SpeechSettings, list[SpeechWarning]]:
    """How text is spoken: a model is a backend of ours or the default one, a voice one of ours or an alias.

    Raises RequestError or BackendDown.
    """
    request = SpeechRequest(
        backend=fields.model_id if fields.model_id in service.backend_names else None,
        voice=voice or None,
        language=fields.language_code or None,
        speed=voice_settings.speed if voice_settings else None,
        normalize=fields.apply_text_normalization != "off",
        markup="ssml" if isinstance(fields, SocketQuery) and fields.enable_ssml_parsing else "strip",
        word_times=word_times,
    )
    return foreign_settings(service, request)
