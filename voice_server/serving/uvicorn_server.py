"""uvicorn, set up for streams of audio: a drain in front of its stop, our limits, no compression."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from voice_server.config import Limits
from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.http.http_protocol import HttpProtocol, PendingConnections
from voice_server.endpoints.websocket.websocket_protocol import WebSocketProtocol
from voice_server.errors import VoiceServerError
from voice_server.serving.idle_exit import until_idle


class DrainingServer(uvicorn.Server):
    """uvicorn's server with a drain in front of its stop."""

    def __init__(self, config: uvicorn.Config, state: AppState, *, handle_signals: bool) -> None:
        super().__init__(config)
        self._state = state
        self._handle_signals = handle_signals
        self._drain: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone inside another program."""
        if self._handle_signals:
            self._loop = asyncio.get_running_loop()  # first: a signal may come at once
            with hang_up_handled_by(self.handle_exit), super().capture_signals():
                yield
        else:
            yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First signal: drain. Second: stop now, but a terminal may hang up twice."""
        del frame
        if self._drain is None:
            self._loop.call_soon_threadsafe(self._start_drain)
        elif sig != signal.SIGHUP:
            self.should_exit = True
            self.force_exit = sig == signal.SIGINT

    def _start_drain(self) -> None:
        if self._drain is None:
            self._drain = self._loop.create_task(self._drain_and_exit())

    async def end_when_idle(self, limit_s: float | None) -> None:
        """Drain, as after a signal, when the server has not been used for `limit_s`; never if that is None.

        A server with such a limit was started to speak at once, so it starts the default voice's player.
        """
        if limit_s is None:
            return
        loudspeakers = self._state.loudspeakers
        with contextlib.suppress(VoiceServerError):
            loudspeakers.warm()
        await until_idle(limit_s, self._state.connections.idle_s, lambda: loudspeakers.is_busy)
        self._start_drain()

    async def _drain_and_exit(self) -> None:
        try:
            await self._state.drain(self._state.service.limits.drain_s)
        finally:
            self.should_exit = True


@contextlib.contextmanager
def hang_up_handled_by(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle SIGHUP, unless it was ignored when the program was started, as nohup does."""
    before = signal.getsignal(signal.SIGHUP)
    if before is signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGHUP, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """Whether a record is not of a request that was cancelled because the server ends at once."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def uvicorn_config(app: ASGIApp, limits: Limits, state: AppState) -> uvicorn.Config:
    """uvicorn's settings, with the limits of the configuration and our own protocol classes."""
    logging.getLogger("uvicorn.error").addFilter(_is_no_cancellation)
    for name in ("uvicorn.asgi", "uvicorn.error"):  # below, they show every URL with its token, and frames
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLogger().level))
    pending = PendingConnections(limits.connections, state.service.now)
    state.half_requests = pending.half_requests
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        http=partial(  # type: ignore[arg-type]
            HttpProtocol,
            handshake_s=limits.handshake_s,
            stalled_reader_s=limits.stalled_reader_s,
            pending=pending,
        ),
        ws=WebSocketProtocol,
        ws_max_size=limits.message_bytes,
        ws_per_message_deflate=False,  # PCM does not compress well
        timeout_graceful_shutdown=5,
    )
