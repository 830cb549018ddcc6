"""The routes of the dialect."""

from __future__ import annotations

from voice_server.endpoints.dialects.deepgram.flux_socket import flux_socket
from voice_server.endpoints.dialects.deepgram.speak_routes import OPERATIONS
from voice_server.endpoints.dialects.deepgram.speak_socket import speak_socket
from voice_server.endpoints.dialects.shared.dialect import BareAddress, Dialect

DEEPGRAM = Dialect(
    name="deepgram",
    operations=OPERATIONS,
    sockets={"/deepgram/v1/speak": speak_socket, "/deepgram/v2/speak": flux_socket},
    bare=(BareAddress("/v1/speak"), BareAddress("/v2/speak")),
)
