"""Where what can be made again is kept between runs. Standard library only: backends import it."""

from __future__ import annotations

import os
from pathlib import Path

CACHE_VARIABLE = "VOICE_SERVER_CACHE"
"""Tells a worker where the server's own cache is; XDG_CACHE_HOME of the backend's `env` comes before it."""


def cache_folder() -> Path:
    """The folder of this user's caches, which may not exist yet."""
    if home := os.environ.get("XDG_CACHE_HOME"):
        return Path(home) / "voice-server"
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path.home() / ".cache" / "voice-server"
