"""The routes of the dialect."""

from __future__ import annotations

from voice_server.endpoints.dialects.cartesia.cartesia_routes import CARTESIA_OPERATIONS
from voice_server.endpoints.dialects.cartesia.cartesia_socket import cartesia_socket
from voice_server.endpoints.dialects.shared.dialect import BareAddress, Dialect

CARTESIA = Dialect(
    name="cartesia",
    operations=CARTESIA_OPERATIONS,
    sockets={"/cartesia/tts/websocket": cartesia_socket},
    bare=(
        BareAddress("/tts/bytes"),
        BareAddress("/tts/sse"),
        BareAddress("/tts/websocket"),
        BareAddress("/voices", sign="cartesia-version"),
        BareAddress("/", sign="cartesia-version"),
    ),
)
