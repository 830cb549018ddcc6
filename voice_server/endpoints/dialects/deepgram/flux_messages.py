"""The messages of `/v2/speak`: those that a client sends, and the codes of what it is answered.

Source: Deepgram's API reference of Flux, and the types of its SDKs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

from voice_server.endpoints.dialects.shared.json_messages import JsonMessages
from voice_server.errors import BackendDown, Busy, TooMuch, VoiceServerError


class FluxSpeak(msgspec.Struct, tag_field="type", tag="Speak"):
    """Text, verbatim."""

    text: str


class FluxFlush(msgspec.Struct, tag_field="type", tag="Flush"):
    """The end of a turn."""


class FluxOffset(msgspec.Struct):
    """How much of the session's sound was played, in ms."""

    value: Annotated[float, msgspec.Meta(ge=0)]
    type: Literal["time_ms"] = "time_ms"


class FluxInterrupt(msgspec.Struct, tag_field="type", tag="Interrupt"):
    """Barge-in."""

    playback_offset: FluxOffset | None = None


class FluxConfigure(msgspec.Struct, tag_field="type", tag="Configure"):
    """How what follows is spoken; what is absent stays as it is."""

    speed: float | None = None


class FluxClose(msgspec.Struct, tag_field="type", tag="Close"):
    """Speak what came, and close."""


FluxMessage = FluxSpeak | FluxFlush | FluxInterrupt | FluxConfigure | FluxClose
flux_messages: JsonMessages[FluxMessage] = JsonMessages(FluxMessage)

_WRONG_MESSAGES: Final = ("invalid_json", "invalid_message", "wrong_kind")
_ERROR_CODES: Final[Mapping[type[VoiceServerError], str]] = {
    TooMuch: "BIG-0000",
    Busy: "NET-0000",
    BackendDown: "NET-0000",
}


def flux_error_code(error: VoiceServerError) -> str:
    """Deepgram's code for an error of ours."""
    if error.code in _WRONG_MESSAGES:
        return "MESSAGE-0000"
    if error.code == "idle":
        return "NET-0001"
    return next((code for kind, code in _ERROR_CODES.items() if isinstance(error, kind)), "DATA-0000")
