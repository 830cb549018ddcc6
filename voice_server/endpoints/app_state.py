"""`AppState`: what all endpoints share, the service and the open work that a drain waits for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from voice_server.core.kept_sessions import KeptSessions
from voice_server.endpoints.connection_count import ConnectionCount
from voice_server.endpoints.encoded_lists import EncodedLists
from voice_server.endpoints.websocket.conversation import Conversation
from voice_server.errors import Busy
from voice_server.playback.loudspeakers import Loudspeakers
from voice_server.speech import SpeechService

_MOMENT_S = 0.5


class OpenConnection(Protocol):
    """Open work that has no end of its own, and is told when it should come to one."""

    @property
    def idle_since(self) -> float | None:
        """When the client last asked for anything, in seconds; None while something is spoken."""

    def drain(self, in_ms: int) -> None:
        """End soon: the server stops in so many milliseconds."""

    def make_room(self) -> None:
        """End now, so that somebody else can be let in."""


class SetUp(Protocol):
    """The set-up of a backend that goes on beside the server."""

    def wait(self, timeout_s: float | None = None) -> bool | None:
        """Whether it succeeded; None if it goes on after `timeout_s`."""


class AppState:
    """One service, its loudspeakers, and how many requests and connections are open.

    `root_path` is the path under which a proxy shows the server, "" where there is none; `begin_set_up`
    begins the set-up of a backend, None where no client may have that; `spawn` starts a task that goes on as
    long as the server runs.
    """

    def __init__(
        self,
        service: SpeechService,
        loudspeakers: Loudspeakers,
        *,
        root_path: str = "",
        begin_set_up: Callable[[str], SetUp] | None = None,
        spawn: Callable[[Coroutine[Any, Any, None]], object] = asyncio.create_task,
    ) -> None:
        self.service = service
        self.spawn = spawn
        self.begin_set_up = begin_set_up
        self.set_ups: dict[str, SetUp] = {}
        """The last set-up that was begun here of each backend."""
        self.loudspeakers = loudspeakers
        self.kept: KeptSessions[Conversation] = KeptSessions(service.limits.kept_sessions)
        """Sessions that may be taken up again."""
        self.root_path = root_path
        self.lists = EncodedLists()
        self.connections = ConnectionCount(service.limits, self.make_room, service.now)
        """All connections that are open, whatever they speak."""
        self.is_draining = False
        self._has_started = False
        self._open = 0
        self._connections: set[OpenConnection] = set()
        self._one_closed = asyncio.Event()
        self._rooms_owed = 0
        self.half_requests: Callable[[], list[tuple[float, Callable[[], None]]]] = list
        """Since when each request's body has been incomplete, the oldest first, and what ends it."""

    def has_started(self) -> bool:
        """Whether texts have been spoken, or could have been, at any moment at which this was asked."""
        self._has_started = self._has_started or self.service.takes_work()
        return self._has_started

    def is_being_set_up(self, backend: str) -> bool:
        """Whether a set-up that was begun here goes on."""
        return backend in self.set_ups and self.set_ups[backend].wait(0) is None

    @contextmanager
    def open_work(self, connection: OpenConnection | None = None) -> Iterator[None]:
        """Count a request or connection as open, so that a drain waits for it.

        `connection` is for work that has no end of its own. Raises Busy while the server is draining.
        """
        if self.is_draining:
            raise Busy("the server is going down and takes no new work", retry_after_ms=5000)
        connections = set() if connection is None else {connection}
        self._open += 1
        self._connections |= connections
        try:
            yield
        finally:
            self._open -= 1
            self._connections -= connections
            self._one_closed.set()

    def make_room(self) -> bool:
        """End a half request, or the connection that has been idle for longest; whether there was one.

        One that has only just begun has a moment to ask for something: it is ended after that.
        """
        may_leave = self._may_leave()
        if len(may_leave) <= self._rooms_owed:
            return False
        if not self._end_oldest(may_leave):
            self._rooms_owed += 1
            asyncio.get_running_loop().call_later(_MOMENT_S, self._make_owed_room)
        return True

    def _make_owed_room(self) -> None:
        """End what may leave, unless there is room again or all of it is new."""
        self._rooms_owed -= 1
        if self.connections.is_over:
            self._end_oldest(self._may_leave())

    def _end_oldest(self, may_leave: list[tuple[float, Callable[[], None]]]) -> bool:
        """End the first that is not new; whether there was one."""
        now = self.service.now()
        end = next((end for since, end in may_leave if now - since >= _MOMENT_S), None)
        if end is not None:
            end()
        return end is not None

    def _may_leave(self) -> list[tuple[float, Callable[[], None]]]:
        """Half requests, then idle connections, oldest first: since when, and what ends them."""
        idle = [(each.idle_since, partial(self._end, each)) for each in self._connections]
        longest_first = sorted(((s, end) for s, end in idle if s is not None), key=lambda pair: pair[0])
        return [*self.half_requests(), *longest_first]

    def _end(self, connection: OpenConnection) -> None:
        self._connections.discard(connection)  # it is ending, and makes room once
        connection.make_room()

    async def drain(self, limit_s: float) -> None:
        """Take no more work; return when what is open has been spoken, after `limit_s` at the latest."""
        self.is_draining = True
        for session in self.kept.end_lost():
            session.close()
        for connection in tuple(self._connections):
            connection.drain(int(limit_s * 1000))
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
