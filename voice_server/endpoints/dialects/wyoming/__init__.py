"""Wyoming over TCP: the protocol of Home Assistant and of voice satellites."""

from __future__ import annotations

from voice_server.endpoints.dialects.wyoming.wyoming_connection import WyomingConnections

__all__ = ["WyomingConnections"]
