"""The composition root: configuration → pool → speech service → endpoints → a listening server.

`serve_until_signal` runs until a signal: the first one drains (open turns are spoken to their end, new ones
refused), a second one forces. `running_server` is the same server inside another program.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from voice_server.config import Config
from voice_server.endpoints.app import build_app
from voice_server.endpoints.app_state import AppState, SetUp
from voice_server.endpoints.http.access_rules import AccessRules
from voice_server.endpoints.http.root_path import checked_root_path
from voice_server.home.home_folders import home_folders
from voice_server.playback.loudspeakers import Loudspeakers
from voice_server.plugins.plugins import open_plugins
from voice_server.pool.worker_pool import WorkerPool
from voice_server.process.freed_memory import FreedMemory, keep_freed_memory
from voice_server.process.timeslice import SERVER_SLICE_S, ask_for_time_slice
from voice_server.serving.background_tasks import background_tasks
from voice_server.serving.listening_socket import (
    ServerAddresses,
    ServerSockets,
    begin_to_listen,
    bind,
    url_of,
    with_own_name,
)
from voice_server.serving.pool_start import NATURAL_START_S, pool_of
from voice_server.serving.uvicorn_server import DrainingServer, uvicorn_config
from voice_server.serving.wyoming_announcement import announced
from voice_server.serving.wyoming_server import wyoming_listening
from voice_server.speech import SpeechService
from voice_server.voices.mixes import MixStore
from voice_server.voices.pronunciation_file import PronunciationFile

_log = logging.getLogger(__name__)
_BACKLOG = 2048
_TRIM_EVERY_S = 10.0


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
    """A speech service over workers on this machine, with the plugins that there are; see `pool_of`."""
    async with pool_of(config, natural_start_s) as pool, _service_on(pool, config) as service:
        yield service


@asynccontextmanager
async def _service_on(pool: WorkerPool, config: Config) -> AsyncIterator[SpeechService]:
    mixes = MixStore(home_folders().data / "mixes.json")
    pronunciations = PronunciationFile(config.pronunciations, config.backends)
    async with (
        open_plugins(config) as plugins,
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
    wyoming: socket.socket | None = None,
    root_path: str = "",
    begin_set_up: Callable[[str], SetUp] | None = None,
    **access: Any,
) -> AsyncIterator[AppState]:
    """Serve a speech service on a bound socket, and Wyoming on another, while the context lasts.

    `root_path` is the path under which a proxy shows the server; `begin_set_up` sets up a backend for a
    client who may have that; `access` is for `AccessRules.of`.
    """
    rules = AccessRules.of(**access)
    root_path = checked_root_path(root_path)
    async with (
        Loudspeakers(service) as loudspeakers,
        background_tasks() as spawn,
        asyncio.TaskGroup() as tasks,
    ):
        state = AppState(service, loudspeakers, root_path=root_path, begin_set_up=begin_set_up, spawn=spawn)
        app = build_app(state, rules)
        server = DrainingServer(uvicorn_config(app, service.limits, state), state, handle_signals=False)
        serving = tasks.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.001)
        try:
            async with wyoming_listening(state, wyoming):
                yield state
        finally:
            server.should_exit = True
            await serving  # an error inside would cancel it, and leave its socket open


@asynccontextmanager
async def running_server(
    config: Config, *, host: str = "127.0.0.1", port: int = 0, **access: Any
) -> AsyncIterator[str]:
    """A whole server in this program, on a free port by default; yields its base URL."""
    access = with_own_name(host, access)
    listener = bind(host, port)
    async with open_service(config) as service, listening(service, listener, **access):
        yield url_of(listener)


async def serve_until_signal(
    config: Config,
    pool: WorkerPool,
    sockets: ServerSockets,
    *,
    rules: AccessRules,
    zeroconf: bool = False,
    on_ready: Callable[[ServerAddresses, SpeechService], None] = lambda _addresses, _service: None,
    device: str = "",
    idle_exit_s: float | None = None,
    root_path: str = "",
    begin_set_up: Callable[[str], SetUp] | None = None,
) -> None:
    """Serve on bound sockets until a signal, or until the server has not been used for `idle_exit_s`.

    `zeroconf` announces the address of Wyoming. `on_ready` is called with the addresses once clients can
    come; `device` is the sound device of what is spoken on this machine's speakers; `root_path` and
    `begin_set_up` are as for `listening`.
    """
    async with (
        _service_on(pool, config) as service,
        Loudspeakers(service, device=device) as loudspeakers,
        background_tasks() as spawn,
        AsyncExitStack() as others,
    ):
        state = AppState(service, loudspeakers, root_path=root_path, begin_set_up=begin_set_up, spawn=spawn)
        app = build_app(state, rules)
        server = DrainingServer(uvicorn_config(app, config.limits, state), state, handle_signals=True)
        keep_freed_memory()
        _exempt_from_garbage_collection()
        ask_for_time_slice(SERVER_SLICE_S)
        begin_to_listen(sockets.http, _BACKLOG)  # from here on a client waits for the loop and is not refused
        await others.enter_async_context(wyoming_listening(state, sockets.wyoming, backlog=_BACKLOG))
        if zeroconf and sockets.wyoming is not None:
            await others.enter_async_context(announced(sockets.wyoming))
        with server.capture_signals():  # before anybody is told that the server is there, and may end it
            on_ready(sockets.addresses, service)
            spawn(server.end_when_idle(idle_exit_s))
            spawn(_return_freed_memory(service, FreedMemory()))
            await server.serve(sockets=[sockets.http])
        gc.unfreeze()  # at the end of a program the library of the resampler lists what nobody has collected
