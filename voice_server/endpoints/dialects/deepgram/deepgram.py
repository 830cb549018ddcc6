"""The routes of the dialect."""

from __future__ import annotations

from voice_server.endpoints.dialects.deepgram.speak_socket import speak_socket
from voice_server.endpoints.dialects.shared.dialect import BareAddress, Dialect

DEEPGRAM = Dialect(
    name="deepgram",
    sockets={"/deepgram/v1/speak": speak_socket},
    bare=(BareAddress("/v1/speak"),),
)
