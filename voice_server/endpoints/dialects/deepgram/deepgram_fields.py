"""The parameters of Deepgram's addresses, and what they ask for.

Source of names, ranges and defaults: Deepgram's API reference, and what its SDKs send.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec

from voice_server.core.speech.speech_settings import SpeechSettings
from voice_server.core.types import SpeechWarning
from voice_server.endpoints.dialects.shared.foreign_voices import foreign_settings
from voice_server.sound_files.encoding import Encoding, chosen_encoding
from voice_server.sound_files.file_formats import FormatName
from voice_server.speech import SpeechRequest, SpeechService

_LANGUAGE_OF_MODEL: Final = re.compile(r"-([a-z]{2})$")
_FORM_OF: Final[dict[str, FormatName]] = {"linear16": "pcm", "mulaw": "mulaw", "alaw": "alaw"}


class DeepgramSocketFields(msgspec.Struct, kw_only=True):
    """The query of `/v1/speak` as a WebSocket."""

    model: Annotated[str, msgspec.Meta(max_length=200)] = ""
    encoding: Literal["linear16", "mulaw", "alaw"] = "linear16"
    sample_rate: Literal[8000, 16000, 24000, 32000, 48000] | None = None
    speed: Annotated[float, msgspec.Meta(ge=0.7, le=1.5)] | None = None


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


def socket_encoding(name: str, sample_rate: int | None) -> Encoding:
    """The encoding of a WebSocket's sound."""
    return chosen_encoding(_FORM_OF[name], sample_rate)
