"""The composition root: configuration → pool → speech service → endpoints → a listening server.

The only place that builds a pool. `serve` runs until a signal: the first one drains (open turns are spoken to
their end, new ones refused), a second one forces. `running_server` is the same server inside another program.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from voice_server.config import AUTO, EMBEDDED, Config
from voice_server.core.speech.segments import prepare_text_path
from voice_server.endpoints.app import build_app
from voice_server.endpoints.app_state import AppState, SetUp
from voice_server.endpoints.http.access_rules import AccessRules
from voice_server.endpoints.http.root_path import checked_root_path
from voice_server.playback.loudspeakers import Loudspeakers
from voice_server.plugins.plugins import open_plugins
from voice_server.pool.local_pool import LocalPool
from voice_server.process.freed_memory import FreedMemory, keep_freed_memory
from voice_server.process.timeslice import SERVER_SLICE_S, ask_for_time_slice
from voice_server.provisioning.natural_engines import default_backend, resting_backend
from voice_server.serving.idle_exit import ConnectionActivity
from voice_server.serving.uvicorn_server import DrainingServer, bind, uvicorn_config
from voice_server.speech import SpeechService
from voice_server.voices.mixes import MixStore, data_folder
from voice_server.voices.pronunciation_file import PronunciationFile

_log = logging.getLogger(__name__)
_BACKLOG = 2048
_TRIM_EVERY_S = 10.0
NATURAL_START_S = 15.0
"""How long a program that speaks once waits for a natural voice before another one speaks in its place."""
_NATURAL_START_OF_SERVER_S = 5.0
"""The same for a server: later requests are spoken naturally, whatever speaks the first."""
_THIS_MACHINE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognized here, not chosen


def _url(listener: socket.socket) -> str:
    """The address at which the server answers; one of this machine where it listens on all addresses."""
    host, port = listener.getsockname()[:2]
    host = _THIS_MACHINE.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _with_own_name(host: str, access: dict[str, Any]) -> dict[str, Any]:
    """The rules of access, with the address that the server listens on among its names."""
    return access if host in _THIS_MACHINE else {**access, "hosts": (*access.get("hosts", ()), host)}


def _needed(config: Config) -> set[str]:
    """The backends to wait for: the default one and its fallback, and those that start within a second.

    One that speaks because it is natural is waited for only as long as a listener would wait.
    """
    embedded = {name for name, each in config.backends.items() if each.environment == EMBEDDED}
    default = default_backend(config)
    fallback = config.backends[default].fallback
    speaking = {resting_backend(config)} if config.default_backend == AUTO else {default}
    return embedded | speaking | ({fallback} if fallback else set())


async def _return_freed_memory(service: SpeechService, memory: FreedMemory) -> None:
    """Give back what a peak took, while nothing is spoken."""
    while True:
        await asyncio.sleep(_TRIM_EVERY_S)
        if not service.open_speeches:
            memory.trim()


def _exempt_from_garbage_collection() -> None:
    """Leave what is loaded by now, which stays, out of garbage collections: each would take 50 ms."""
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def open_service(
    config: Config, *, natural_start_s: float = NATURAL_START_S
) -> AsyncIterator[SpeechService]:
    """A speech service over workers on this machine, with the plugins that there are.

    Where the default backend is AUTO, a natural one has `natural_start_s` to start before anybody listens.
    """
    mixes = MixStore(data_folder() / "mixes.json")
    wished = {default_backend(config)}
    pool = LocalPool(config.backends, needed=_needed(config), wished=wished, wish_s=natural_start_s)
    pronunciations = PronunciationFile(config.pronunciations, config.backends)
    async with (
        open_plugins(config) as plugins,
        pool,
        SpeechService(pool, config, mixes=mixes, pronunciations=pronunciations, plugins=plugins) as service,
        pronunciations.watched(),
    ):
        for each in plugins.broken:
            _log.warning("a plugin is not used", extra={"plugin": each.name, "reason": each.reason})
        service.voices_version()  # thousands of names are put in order before anybody listens
        yield service


@asynccontextmanager
async def listening(
    service: SpeechService,
    listener: socket.socket,
    *,
    root_path: str = "",
    begin_set_up: Callable[[str], SetUp] | None = None,
    **access: Any,
) -> AsyncIterator[AppState]:
    """Serve a speech service on a bound socket while the context lasts.

    `root_path` is the path under which a proxy shows the server; `begin_set_up` sets up a backend for a
    client who may have that; `access` is for `AccessRules.of`.
    """
    rules = AccessRules.of(**access)
    root_path = checked_root_path(root_path)
    async with Loudspeakers(service) as loudspeakers, asyncio.TaskGroup() as tasks:
        state = AppState(service, loudspeakers, root_path=root_path, begin_set_up=begin_set_up)
        app = build_app(state, rules)
        server = DrainingServer(uvicorn_config(app, service.limits, state), state, handle_signals=False)
        serving = tasks.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.001)
        try:
            yield state
        finally:
            server.should_exit = True
            await serving  # an error inside would cancel it, and leave its socket open


@asynccontextmanager
async def running_server(
    config: Config, *, host: str = "127.0.0.1", port: int = 0, **access: Any
) -> AsyncIterator[str]:
    """A whole server in this program, on a free port by default; yields its base URL."""
    access = _with_own_name(host, access)
    listener = bind(host, port)
    async with open_service(config) as service, listening(service, listener, **access):
        yield _url(listener)


async def serve(
    config: Config,
    *,
    host: str,
    port: int,
    on_ready: Callable[[str, SpeechService], None] = lambda _url, _service: None,
    device: str = "",
    idle_exit_s: float | None = None,
    root_path: str = "",
    begin_set_up: Callable[[str], SetUp] | None = None,
    **access: Any,
) -> None:
    """Serve until a signal, or until the server has not been used for `idle_exit_s`.

    `on_ready` is called with the base URL once the backends are warm; `device` is the sound device of what is
    spoken on this machine's speakers; `root_path`, `begin_set_up` and `access` are as for
    `listening`.
    """
    rules = AccessRules.of(**_with_own_name(host, access))
    root_path = checked_root_path(root_path)
    listener = bind(host, port)  # first, so that a port in use is an error before any model is loaded
    preparation = asyncio.create_task(asyncio.to_thread(prepare_text_path))  # while the workers start
    async with (
        open_service(config, natural_start_s=_NATURAL_START_OF_SERVER_S) as service,
        Loudspeakers(service, device=device) as loudspeakers,
        asyncio.TaskGroup() as tasks,
    ):
        state = AppState(service, loudspeakers, root_path=root_path, begin_set_up=begin_set_up)
        activity = ConnectionActivity(build_app(state, rules))
        server = DrainingServer(uvicorn_config(activity, config.limits, state), state, handle_signals=True)
        keep_freed_memory()
        _exempt_from_garbage_collection()
        ask_for_time_slice(SERVER_SLICE_S)
        await preparation  # it takes the interpreter's lock for tens of milliseconds: nobody may listen yet
        listener.listen(_BACKLOG)  # from here on a client waits for the loop instead of being refused
        with server.capture_signals():  # before anybody is told that the server is there, and may end it
            on_ready(_url(listener), service)
            watches = [
                tasks.create_task(server.end_when_idle(idle_exit_s, activity)),
                tasks.create_task(_return_freed_memory(service, FreedMemory())),
            ]
            await server.serve(sockets=[listener])
        for watch in watches:
            watch.cancel()
