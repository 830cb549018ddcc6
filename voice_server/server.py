"""The composition root: configuration → pool → speech service → endpoints → a listening server.

The one place that builds a pool. `serve` runs until a signal: the first one drains (open turns are spoken to
their end, new ones refused), a second one forces. `running_server` is the same server inside another program.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

if __package__ in (None, ""):  # run as a script, in this folder or from the project's root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import uvicorn
from starlette.types import ASGIApp

from voice_server.config import EMBEDDED, Config
from voice_server.endpoints.app import build_app
from voice_server.endpoints.doors import Doors
from voice_server.endpoints.idle import Use, until_idle
from voice_server.endpoints.transport import HttpProtocol, WebSocketProtocol
from voice_server.errors import ConfigError, VoiceServerError
from voice_server.mixes import MixStore, data_folder
from voice_server.playback.loudspeakers import Loudspeakers
from voice_server.pool.local import LocalPool
from voice_server.speech import SpeechService
from voice_server.worker.timeslice import SERVER_SLICE_S, ask_for_time_slice

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_BACKLOG = 2048
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_KEPT_BYTES = 4 * 1024 * 1024


class Server(uvicorn.Server):
    """uvicorn's server with a drain in front of its stop."""

    def __init__(self, config: uvicorn.Config, doors: Doors, *, handle_signals: bool) -> None:
        super().__init__(config)
        self._doors = doors
        self._handle_signals = handle_signals
        self._drain: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone inside another program."""
        if self._handle_signals:
            self._loop = asyncio.get_running_loop()  # first: a signal may come at once
            with super().capture_signals():
                yield
        else:
            yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First signal: drain. Second: stop now."""
        del frame
        if self._drain is None:
            self._loop.call_soon_threadsafe(self._start_drain)
        else:
            self.should_exit = True
            self.force_exit = sig == signal.SIGINT

    def _start_drain(self) -> None:
        if self._drain is None:
            self._drain = self._loop.create_task(self._drain_and_exit())

    async def end_when_idle(self, limit_s: float | None, use: Use) -> None:
        """Drain, as after a signal, when nobody has used the server for so long, if there is such a limit.

        Whoever started such a server wants to speak: the player of its usual voice is started at once.
        """
        if limit_s is None:
            return
        loudspeakers = self._doors.loudspeakers
        with contextlib.suppress(VoiceServerError):
            loudspeakers.warm()
        await until_idle(limit_s, use, lambda: loudspeakers.is_busy)
        self._start_drain()

    async def _drain_and_exit(self) -> None:
        try:
            await self._doors.drain(self._doors.service.config.limits.drain_s)
        finally:
            self.should_exit = True


def bind(host: str, port: int) -> socket.socket:
    """A bound socket. Raises ConfigError when the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named asyncio turns Nagle's algorithm off; without, a small answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        why = (error.strerror or str(error)).lower()
        sentence = f"cannot listen on {host}:{port}: {why}; name another --host or --port, 0 takes a free one"
        raise ConfigError(sentence, code="address") from None
    return listener


def _uvicorn_config(app: ASGIApp, config: Config) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        http=partial(  # type: ignore[arg-type]
            HttpProtocol,
            handshake_s=config.limits.handshake_s,
            stalled_reader_s=config.limits.stalled_reader_s,
        ),
        ws=WebSocketProtocol,
        ws_max_size=config.limits.message_bytes,
        ws_per_message_deflate=False,  # PCM does not pack
        timeout_graceful_shutdown=5,
    )


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _needed(config: Config) -> set[str]:
    """The backends to wait for: who speaks by default or in its place, and those that start in a blink."""
    default = config.backends[config.default_backend]
    embedded = {name for name, each in config.backends.items() if each.environment == EMBEDDED}
    return embedded | {config.default_backend} | ({default.fallback} if default.fallback else set())


@asynccontextmanager
async def open_service(config: Config) -> AsyncIterator[SpeechService]:
    """A speech service over workers on this machine."""
    mixes = MixStore(data_folder() / "mixes.json")
    pool = LocalPool(config.backends, needed=_needed(config))
    async with pool, SpeechService(pool, config, mixes=mixes) as service:
        yield service


@asynccontextmanager
async def listening(service: SpeechService, listener: socket.socket, **guard: Any) -> AsyncIterator[Doors]:
    """Serve a speech service on a bound socket while the context lasts."""
    async with Loudspeakers(service) as loudspeakers, asyncio.TaskGroup() as tasks:
        doors = Doors(service, loudspeakers)
        app = build_app(doors, **guard)
        server = Server(_uvicorn_config(app, service.config), doors, handle_signals=False)
        serving = tasks.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.001)
        try:
            yield doors
        finally:
            server.should_exit = True
            await serving  # an error inside would cancel it, and leave its socket open


@asynccontextmanager
async def running_server(
    config: Config, *, host: str = "127.0.0.1", port: int = 0, **guard: Any
) -> AsyncIterator[str]:
    """A whole server in this program, on a free port by default; yields its base URL."""
    listener = bind(host, port)
    async with open_service(config) as service, listening(service, listener, **guard):
        yield _url(listener)


async def serve(
    config: Config,
    *,
    host: str,
    port: int,
    on_ready: Callable[[str, SpeechService], None] = lambda _url, _service: None,
    device: str = "",
    idle_exit_s: float | None = None,
    **guard: Any,
) -> None:
    """Serve until a signal, or until nobody has used the server for `idle_exit_s`.

    `on_ready` is called with the base URL once the backends are warm; `device` is the sound device of what is
    spoken on this machine's speakers.
    """
    listener = bind(host, port)  # before any model is loaded, so that a taken port is said at once
    async with (
        open_service(config) as service,
        Loudspeakers(service, device=device) as loudspeakers,
        asyncio.TaskGroup() as tasks,
    ):
        doors = Doors(service, loudspeakers)
        use = Use(build_app(doors, **guard))
        server = Server(_uvicorn_config(use, config), doors, handle_signals=True)
        _keep_freed_memory()
        ask_for_time_slice(SERVER_SLICE_S)
        listener.listen(_BACKLOG)  # from here on a client waits for the loop instead of being refused
        on_ready(_url(listener), service)
        watch = tasks.create_task(server.end_when_idle(idle_exit_s, use))
        await server.serve(sockets=[listener])
        watch.cancel()


def _keep_freed_memory() -> None:
    """Have the C library keep 4 MiB of freed memory, where it can be told.

    It would give back what a sentence's audio took and get it again for the next one, page by page.
    """
    with contextlib.suppress(AttributeError, TypeError):  # not everybody's C library is glibc
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)


def run(main: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine on the fastest event loop there is."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def main(arguments: Sequence[str] | None = None) -> None:
    """`server.py --backend kokoro --pool-size 2`: the same as `voice-server serve`."""
    from voice_server.commands.serve import serve as command  # noqa: PLC0415 - the command imports this file

    command.main(args=None if arguments is None else list(arguments), prog_name="server.py")


if __name__ == "__main__":
    main()
