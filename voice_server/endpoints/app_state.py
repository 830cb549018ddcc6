"""`AppState`: what all endpoints share, the service and the open work that a drain waits for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from voice_server.errors import Busy
from voice_server.playback.loudspeakers import Loudspeakers
from voice_server.speech import SpeechService

OnDrain = Callable[[int], None]
"""Called when the server begins to drain, with the milliseconds after which it stops."""


class AppState:
    """One service, its loudspeakers, and how many requests and connections are open."""

    def __init__(self, service: SpeechService, loudspeakers: Loudspeakers) -> None:
        self.service = service
        self.loudspeakers = loudspeakers
        self.is_draining = False
        self._open = 0
        self._on_drain: set[OnDrain] = set()
        self._one_closed = asyncio.Event()

    @contextmanager
    def open_work(self, on_drain: OnDrain | None = None) -> Iterator[None]:
        """Count a request or connection as open, so that a drain waits for it.

        `on_drain` is for work that has no end of its own. Raises Busy while the server is draining.
        """
        if self.is_draining:
            raise Busy("the server is going down and takes no new work", retry_after_ms=5000)
        callbacks = set() if on_drain is None else {on_drain}
        self._open += 1
        self._on_drain |= callbacks
        try:
            yield
        finally:
            self._open -= 1
            self._on_drain -= callbacks
            self._one_closed.set()

    async def drain(self, limit_s: float) -> None:
        """Take no more work; return when what is open has been spoken, after `limit_s` at the latest."""
        self.is_draining = True
        for on_drain in tuple(self._on_drain):
            on_drain(int(limit_s * 1000))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while self._open:
                    self._one_closed.clear()
                    await self._one_closed.wait()
                await self.loudspeakers.drain()


def attach_state(app: Starlette, state: AppState) -> None:
    """Make `state` what `state_of` returns for every request of an application."""
    app.state.app_state = state


def state_of(connection: HTTPConnection) -> AppState:
    """The state of the application that a request or WebSocket belongs to."""
    state: AppState = connection.app.state.app_state
    return state
