"""The codes that the server's WebSockets close with (RFC 6455, section 7.4, and IANA's registry)."""

from __future__ import annotations

from enum import IntEnum


class CloseCode(IntEnum):
    """Why the server closes a WebSocket."""

    NORMAL = 1000
    UNSUPPORTED_DATA = 1003
    INVALID_TEXT = 1007
    POLICY = 1008
    RESTART = 1012
    TRY_LATER = 1013
