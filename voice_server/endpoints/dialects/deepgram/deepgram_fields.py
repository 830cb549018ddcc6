"""The parameters of Deepgram's addresses, and what they ask for.

Source of names, ranges and defaults: Deepgram's API reference, and what its SDKs send. What it bills and
trains with (`tag`, `mip_opt_out`) and the `expressivity` of its own voices are taken and mean nothing here.
"""

from __future__ import annotations

import re
import uuid
from typing import Annotated, Final, Literal

import msgspec

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.types import SpeechWarning
from voice_server.endpoints.dialects.shared.foreign_voices import foreign_settings
from voice_server.endpoints.http.problems import WrongField
from voice_server.endpoints.http.requests import LongText
from voice_server.endpoints.http.speech_fields import BitRate
from voice_server.sound_files.encoding import Encoding, SampleRate, chosen_encoding, wav_encoding
from voice_server.sound_files.file_formats import FormatName
from voice_server.speech import SpeechRequest, SpeechService

Model = Annotated[str, msgspec.Meta(max_length=200)]
Expressivity = Annotated[int, msgspec.Meta(ge=-2, le=2)]
Container = Literal["none", "wav", "ogg"]
FileEncoding = Literal["linear16", "flac", "mulaw", "alaw", "mp3", "opus", "aac"]

_FLUX_SPEEDS: Final = (0.5, 1.5, 0.05)
"""The lowest, the highest, and the step between two."""
_ROUNDING: Final = 1e-6

_LANGUAGE_OF_MODEL: Final = re.compile(r"-([a-z]{2})$")
_FORMAT_OF: Final[dict[str, FormatName]] = {
    "linear16": "pcm",
    "mulaw": "mulaw",
    "alaw": "alaw",
    "opus": "opus",
    "mp3": "mp3",
    "aac": "aac",
    "flac": "flac",
}
_CONTAINERS_OF: Final[dict[str, tuple[Container, ...]]] = {
    "linear16": ("wav", "none"),
    "mulaw": ("wav", "none"),
    "alaw": ("wav", "none"),
    # LiveKit's service asks for none with every encoding, and bare packets of Opus have no bounds.
    "opus": ("ogg", "none"),
    "mp3": ("none",),
    "aac": ("none",),
    "flac": ("none",),
}
"""The containers that an encoding may have; the first one unless another is named."""
_ENCODING_IN: Final[dict[Container, FileEncoding]] = {"wav": "linear16", "ogg": "opus"}
"""The encoding where a container alone is named; where nothing is, Deepgram answers with mp3."""


class DeepgramSocketFields(msgspec.Struct, kw_only=True):
    """The query of `/v1/speak` as a WebSocket."""

    model: Model = ""
    encoding: Literal["linear16", "mulaw", "alaw"] = "linear16"
    sample_rate: Literal[8000, 16000, 24000, 32000, 48000] | None = None
    speed: Annotated[float, msgspec.Meta(ge=0.7, le=1.5)] | None = None


class FluxSocketFields(msgspec.Struct, kw_only=True):
    """The query of `/v2/speak` as a WebSocket."""

    model: Model
    encoding: Literal["linear16", "mulaw", "alaw"] = "linear16"
    sample_rate: Literal[8000, 16000, 24000, 32000, 44100, 48000] | None = None
    speed: float | None = None
    expressivity: Expressivity = 0


class DeepgramRequestFields(msgspec.Struct, kw_only=True):
    """The query of `/v1/speak` as a request."""

    model: Model = ""
    encoding: FileEncoding | None = None
    container: Container | None = None
    sample_rate: SampleRate | None = None
    bit_rate: BitRate | None = None
    speed: Annotated[float, msgspec.Meta(ge=0.7, le=1.5)] | None = None
    callback: str | None = None


class FluxRequestFields(DeepgramRequestFields, kw_only=True):
    """The query of `/v2/speak` as a request."""

    model: Model
    speed: float | None = None
    expressivity: Expressivity = 0


class DeepgramText(msgspec.Struct):
    """The body of a request."""

    text: LongText


def deepgram_settings(
    service: SpeechService, model: str, speed: float | None = None
) -> tuple[SpeechSettings, list[SpeechWarning]]:
    """How a model speaks: an alias, a voice of ours, or the default voice of the language in its name."""
    language = _LANGUAGE_OF_MODEL.search(model)
    return foreign_settings(
        service,
        SpeechRequest(voice=model or None, speed=speed),
        voice_language=language[1] if language else None,
    )


def model_uuid(voice: str) -> str:
    """What stands for the UUID of a model: the same for a voice every time."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, voice))


def wrong_flux_speed(speed: float) -> tuple[str, str] | None:
    """Deepgram's code for a speed that Flux does not take, and a sentence; None for one that it takes."""
    low, high, step = _FLUX_SPEEDS
    if not low <= speed <= high:
        return "SPEED_OUT_OF_RANGE", f"speed must be a number from {low} to {high}, not {speed:g}"
    if abs(speed / step - round(speed / step)) > _ROUNDING:
        return "SPEED_INCREMENT_INVALID", f"speed must be a multiple of {step}, not {speed:g}"
    return None


def check_flux_speed(speed: float | None) -> None:
    """Raise WrongField for a speed that Flux does not take."""
    wrong = None if speed is None else wrong_flux_speed(speed)
    if wrong is not None:
        raise WrongField("speed", wrong[1], code="invalid_field")


def socket_encoding(name: str, sample_rate: int | None) -> Encoding:
    """The encoding of a WebSocket's sound."""
    return chosen_encoding(_FORMAT_OF[name], sample_rate)


def request_encoding(fields: DeepgramRequestFields) -> Encoding:
    """The encoding of an answer. Raises RequestError for one that cannot be in the container."""
    encoding = fields.encoding or _ENCODING_IN.get(fields.container or "none", "mp3")
    allowed = _CONTAINERS_OF[encoding]
    container = fields.container or allowed[0]
    if container not in allowed:
        sentence = f"container must be {' or '.join(allowed)} for {encoding}, not {container}"
        raise WrongField("container", sentence, code="invalid_field")
    plain = chosen_encoding(_FORMAT_OF[encoding], fields.sample_rate, fields.bit_rate)
    if container != "wav":
        return plain
    return wav_encoding(plain.format.codec or "pcm_s16le", plain.sample_rate_hz)
