"""Texts that can be fetched as files of sound, by addresses that nobody can guess.

Nothing is rendered before somebody fetches it, and it may be fetched again. A text is kept for an hour, and
only the latest few are, so that agents cannot fill the memory.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp

from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.http.problems import NotFound
from voice_server.endpoints.http.responses import ResolvedSpeech, SpeechResponse
from voice_server.endpoints.http.whole_responses import file_or_part

KEPT_S = 3600.0
_MOST_KEPT = 50


class SoundLinks:
    """The texts that can be fetched now; `now` is a clock in seconds."""

    def __init__(self, state: AppState, now: Callable[[], float] = time.monotonic) -> None:
        self._state = state
        self._now = now
        self._kept: dict[str, tuple[float, ResolvedSpeech]] = {}

    def add(self, resolved: ResolvedSpeech, suffix: str) -> str:
        """Keep a text; return the name under which it can be fetched, with this suffix."""
        while len(self._kept) >= _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        name = secrets.token_urlsafe(16) + suffix
        self._kept[name] = (self._now(), resolved)
        return name

    def find(self, name: str) -> ResolvedSpeech:
        """The text that can be fetched under a name. Raises NotFound."""
        since, resolved = self._kept.get(name, (0.0, None))
        if resolved is None or self._now() - since > KEPT_S:
            raise NotFound("this sound is not here any more; have it made again")
        return resolved

    async def fetch(self, request: Request) -> ASGIApp:
        """Answer `GET /mcp/sounds/{name}` with the file, or a part of it. Raises NotFound."""
        return SpeechResponse(self._state, self.find(request.path_params["name"]), file_or_part(request))
