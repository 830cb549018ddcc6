"""The routes of the dialect."""

from __future__ import annotations

from voice_server.endpoints.dialects.livekit.inference_socket import inference_socket
from voice_server.endpoints.dialects.shared.dialect import BareAddress, Dialect

LIVEKIT = Dialect(
    name="livekit",
    sockets={"/livekit/tts": inference_socket},
    bare=(BareAddress("/tts", kind="websocket"),),
)
