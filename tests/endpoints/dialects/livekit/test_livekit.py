"""The routes of LiveKit's dialect."""

from __future__ import annotations

from voice_server.endpoints.dialects.livekit.livekit import LIVEKIT


def test_every_path_has_the_prefix() -> None:
    assert all(path.startswith("/livekit/") for path in LIVEKIT.sockets)
