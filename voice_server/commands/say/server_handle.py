"""The server that `say` uses: found, started, or started again where it is just shutting down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPResponse
from typing import Any

from voice_server.commands.shared import local_server
from voice_server.commands.shared.http_request import (
    Unreachable,
    is_shutting_down,
    open_response,
    request_json,
)
from voice_server.commands.shared.server_registration import RunningServer
from voice_server.commands.shared.terminal import print_note
from voice_server.errors import Busy, ConfigError, VoiceServerError

_SHUTDOWN_TIMEOUT_S = 40.0
_SET_UP_NOTICED_S = 5.0
"""Within this time a server notices that a backend has been set up."""
_STATE_POLL_S = 0.2
_ATTEMPTS = 3


class ServerHandle:
    """Sends requests to one server: that at `url`, else this user's own, which is started when needed.

    `serve_arguments` are those of the `serve` that is started; `on_start` is called before the wait for it.
    """

    def __init__(
        self,
        url: str | None,
        serve_arguments: Sequence[str] = (),
        on_start: Callable[[], None] = lambda: None,
    ) -> None:
        self._url = url
        self._serve_arguments = serve_arguments
        self._on_start = on_start

    def find(self) -> RunningServer | None:
        """The server, if it runs already; one at a URL is taken to run."""
        return local_server.find() if self._url is None else RunningServer(self._url)

    def request_json(self, method: str, path: str, fields: Mapping[str, object] | None = None) -> Any:
        """The JSON of a response; a server that is shutting down is replaced. Raises VoiceServerError."""
        for _ in range(_ATTEMPTS - 1):
            server = self._find_or_start()
            try:
                return request_json(server, method, path, fields)
            except (Unreachable, Busy):
                if not self._has_shut_down(server):
                    raise
        return request_json(self._find_or_start(), method, path, fields)

    @contextmanager
    def open_response(self, path: str, fields: Mapping[str, object]) -> Iterator[HTTPResponse]:
        """The response to a POST, whose body is read without a time limit. Raises VoiceServerError."""
        with open_response(self._find_or_start(), "POST", path, fields, timeout_s=None) as response:
            yield response

    def stop(self, *, also_by_hand: bool = False) -> None:
        """Stop the server that `say` started, its speech first, with all of its processes.

        With `also_by_hand` also one that a person started. Raises VoiceServerError.
        """
        server = self.find()
        if server is None or not server.pid:
            raise ConfigError(
                "--kill ends the server of this user on this machine, not one at another address"
            )
        if not (server.was_started_by_say or also_by_hand):
            raise ConfigError(
                f"the server at {server.url}, process {server.pid}, was started by hand and goes on; "
                "--kill --all ends it too"
            )
        with suppress(VoiceServerError):  # a server that hangs is stopped all the same
            self.request_json("POST", "/playback/stop", {})
        local_server.stop(server)

    def prepare_backend(self, name: str) -> None:
        """Set a backend of this user's server up if it has not been, and wait until it has started.

        A server at a URL is left as it is. Raises VoiceServerError with what prevents the set-up.
        """
        if self._url is not None:
            return
        from voice_server.commands.shared.first_use import set_up_at_first_use  # noqa: PLC0415 - loads much
        from voice_server.config import load_config  # noqa: PLC0415

        set_up_at_first_use(load_config(backend=name), name)
        self._wait_until_started(name)

    def prepare_natural(self) -> str | None:
        """Set up a natural voice of this user's server, if there is none, and wait until it has started.

        Returns its backend; None where there is none, for which the reason is printed.
        """
        from msgspec.structs import replace  # noqa: PLC0415 - loads much

        from voice_server.commands.shared.natural_voice import engine_to_set_up, set_up_natural  # noqa: PLC0415
        from voice_server.config import AUTO, load_config  # noqa: PLC0415
        from voice_server.provisioning.natural_engines import default_backend  # noqa: PLC0415

        config = replace(load_config(), default_backend=AUTO)
        engine = engine_to_set_up(config, natural=True)
        if engine is not None and not set_up_natural(config, engine.name, aloud=True):
            return None
        name = default_backend(config)
        self._wait_until_started(name)
        return name

    def offer_natural_voice(self) -> None:
        """Ask the person at the terminal, once, whether this user's server is to have a natural voice."""
        from voice_server.commands.shared.natural_question import may_ask  # noqa: PLC0415 - only after the sound

        if self._url is None and may_ask():
            from voice_server.commands.shared.natural_voice import offer_natural_voice  # noqa: PLC0415
            from voice_server.config import load_config  # noqa: PLC0415

            offer_natural_voice(load_config())

    def _wait_until_started(self, backend: str) -> None:
        deadline = time.monotonic() + _SET_UP_NOTICED_S
        is_announced = False
        while (state := self._backend_state(backend)) == "starting" or (
            state == "not_set_up" and time.monotonic() < deadline
        ):
            if not is_announced:
                print_note(f"starting {backend} …")
                is_announced = True
            time.sleep(_STATE_POLL_S)

    def _backend_state(self, name: str) -> str:
        try:
            return str(self.request_json("GET", "/health")["backends"][name]["state"])
        except (VoiceServerError, KeyError):
            return ""  # the request to speak will meet the same error and report it

    def _find_or_start(self) -> RunningServer:
        if self._url is not None:
            return RunningServer(self._url)
        return local_server.find_or_start(self._serve_arguments, self._on_start)

    def _has_shut_down(self, server: RunningServer) -> bool:
        """Wait until this user's server has ended, if it is shutting down; return whether it has."""
        if self._url is not None or not is_shutting_down(server):
            return False
        return local_server.wait_until_stopped(server, _SHUTDOWN_TIMEOUT_S)
