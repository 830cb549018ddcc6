"""`say --kill`: the server of this user ends, and nothing else does."""

from __future__ import annotations

from contextlib import suppress

from voice_server import local_server
from voice_server.commands.reach import Reach
from voice_server.errors import ConfigError, VoiceServerError


def kill(reach: Reach) -> None:
    """Silence the server at once and end it with all of its processes. Raises VoiceServerError."""
    server = reach.running()
    if server is None or not server.pid:
        raise ConfigError("--kill ends the server of this user on this machine, not one at another address")
    with suppress(VoiceServerError):  # it may hang; it is ended all the same
        reach.ask("POST", "/playback/stop", {})
    local_server.end(server)
