"""The routes of the dialect."""

from __future__ import annotations

from voice_server.endpoints.dialects.elevenlabs.dialogue_socket import dialogue_socket
from voice_server.endpoints.dialects.elevenlabs.listing_routes import LISTING_OPERATIONS
from voice_server.endpoints.dialects.elevenlabs.multi_stream_socket import multi_stream_socket
from voice_server.endpoints.dialects.elevenlabs.speech_routes import SPEECH_OPERATIONS
from voice_server.endpoints.dialects.elevenlabs.stream_input_socket import stream_input_socket
from voice_server.endpoints.dialects.shared.dialect import BareAddress, Dialect

_SOCKETS = {
    "/elevenlabs/v1/text-to-speech/{voice}/stream-input": stream_input_socket,
    "/elevenlabs/v1/text-to-speech/{voice}/multi-stream-input": multi_stream_socket,
    "/elevenlabs/v1/text-to-dialogue/multi-stream-input": dialogue_socket,
}

ELEVENLABS = Dialect(
    name="elevenlabs",
    operations=(*SPEECH_OPERATIONS, *LISTING_OPERATIONS),
    sockets=_SOCKETS,
    keyed_by_message=tuple(_SOCKETS),
    bare=(
        BareAddress("/v1/text-to-speech"),
        BareAddress("/v1/text-to-dialogue"),
        BareAddress("/v1/voices"),
        BareAddress("/v2/voices"),
        BareAddress("/v1/models", sign="xi-api-key"),
        BareAddress("/v1/user"),
    ),
)
