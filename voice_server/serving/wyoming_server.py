"""Wyoming's address beside uvicorn's: listens on a bound socket, and ends its connections with the server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.dialects.wyoming import WyomingConnections
from voice_server.serving.listening_socket import WYOMING_OPTION, begin_to_listen


@asynccontextmanager
async def wyoming_listening(
    state: AppState, listener: socket.socket | None, *, backlog: int = 100
) -> AsyncIterator[None]:
    """Serve Wyoming on a bound socket, if there is one, while the context lasts. Raises ConfigError."""
    if listener is None:
        yield
        return
    begin_to_listen(listener, backlog, named_by=WYOMING_OPTION)
    connections = WyomingConnections(state)
    server = await asyncio.get_running_loop().create_server(connections.new, sock=listener, backlog=backlog)
    try:
        yield
    finally:
        server.close()
        connections.abort()
        await server.wait_closed()
