"""The server that speaks for this user: found, started, or started again when it is just going down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPResponse
from typing import Any

from voice_server.commands.say.http_request import Unreachable, ask, asking, is_going_down
from voice_server.commands.shared import local_server
from voice_server.commands.shared.local_server import RunningServer
from voice_server.commands.shared.terminal import print_note
from voice_server.errors import Busy, ConfigError, VoiceServerError

IDLE_EXIT_S = 900
"""A server that was started to speak ends when nobody has used it for so long."""

_GOING_DOWN_S = 40.0
_NOTICED_S = 5.0
"""A server notices sooner than this that a backend has been set up."""
_LOOK_S = 0.2
_ATTEMPTS = 3


class ServerHandle:
    """Asks one server: the one at `url`, else this user's own, which is started where it must be.

    `start` are the arguments of `serve` for that, `on_start` is told before the wait.
    """

    def __init__(
        self, url: str | None, start: Sequence[str] = (), on_start: Callable[[], None] = lambda: None
    ) -> None:
        self._url = url
        self._start = start
        self._on_start = on_start

    def running(self) -> RunningServer | None:
        """The server, if it is there without being started."""
        return local_server.find() if self._url is None else RunningServer(self._url)

    def ask(self, method: str, path: str, fields: Mapping[str, object] | None = None) -> Any:
        """The JSON that the server answers; one that is going down is replaced. Raises VoiceServerError."""
        for _ in range(_ATTEMPTS - 1):
            server = self._server()
            try:
                return ask(server, method, path, fields)
            except (Unreachable, Busy):
                if not self._is_replaceable(server):
                    raise
        return ask(self._server(), method, path, fields)

    @contextmanager
    def receiving(self, path: str, fields: Mapping[str, object]) -> Iterator[HTTPResponse]:
        """The answer to a POST that is no JSON, and may take as long as it likes."""
        with asking(self._server(), "POST", path, fields, limit_s=None) as response:
            yield response

    def end(self) -> None:
        """Silence this user's server at once and end all of its processes. Raises VoiceServerError."""
        server = self.running()
        if server is None or not server.pid:
            raise ConfigError(
                "--kill ends the server of this user on this machine, not one at another address"
            )
        with suppress(VoiceServerError):  # it may hang; it is ended all the same
            self.ask("POST", "/playback/stop", {})
        local_server.end(server)

    def prepare(self, backend: str) -> None:
        """Set a backend of this user's server up if it has not been, and wait until it has started.

        Raises VoiceServerError with what keeps it from being set up.
        """
        if self._url is not None:
            return
        from voice_server.commands.shared.first_use import set_up_at_first_use  # noqa: PLC0415 - loads much
        from voice_server.config import load_config  # noqa: PLC0415

        set_up_at_first_use(load_config(backend=backend), backend)
        limit, is_told = time.monotonic() + _NOTICED_S, False
        while (state := self._state_of(backend)) == "starting" or (
            state == "not_set_up" and time.monotonic() < limit
        ):
            if not is_told:
                print_note(f"starting {backend} …")
                is_told = True
            time.sleep(_LOOK_S)

    def _state_of(self, backend: str) -> str:
        try:
            return str(self.ask("GET", "/health")["backends"][backend]["state"])
        except (VoiceServerError, KeyError):
            return ""  # whatever it is, the request will meet it too

    def _server(self) -> RunningServer:
        if self._url is not None:
            return RunningServer(self._url)
        return local_server.find_or_start(self._start, self._on_start)

    def _is_replaceable(self, server: RunningServer) -> bool:
        """Whether this user's server is going down; returns when it has gone."""
        if self._url is not None or not is_going_down(server):
            return False
        return local_server.wait_until_gone(server, _GOING_DOWN_S)
