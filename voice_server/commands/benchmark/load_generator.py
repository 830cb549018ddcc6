"""Loads: clients that stream the same text at the same time, in one process and on one event loop.

All connections are open and configured before the first token is sent, so that the figures are those of the
streams and not of the handshakes. The clients start evenly spread over the interval of one token. Only tokens
of all clients in the same microsecond would be a heavier load, which no network delivers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from voice_server.commands.benchmark.load_client import CancellingClient, LoadClient, LoadOutcome
from voice_server.commands.benchmark.minimal_websocket import MinimalWebSocket, text_frame
from voice_server.core.types import OptionValue

_now = time.perf_counter
_TIMEOUT_S = 120
_ClientT = TypeVar("_ClientT", bound=LoadClient)


async def run_load(
    url: str,
    clients: int,
    tokens: Sequence[str],
    *,
    tokens_per_s: float | None,
    backend: str | None = None,
    opts: Mapping[str, OptionValue] | None = None,
) -> LoadOutcome:
    """Let `clients` clients stream the tokens at a rate, or in a burst where it is None, until all are done.

    Raises VoiceServerError when a client cannot connect.
    """
    outcome = LoadOutcome(clients)
    frames = [text_frame(token=token) for token in tokens]
    frames[-1] += text_frame(done=True)
    async with _connected(LoadClient, url, clients, _configuration(backend, opts)) as connected:
        started = _now()
        if tokens_per_s is None:
            _send_burst(connected, tokens, b"".join(frames))
        else:
            await _send_paced(connected, tokens, frames, tokens_per_s)
        await _wait_until_closed(connected)
        outcome.wall_s = _now() - started
        for client in connected:
            client.add_to(outcome)
    return outcome


async def run_cancel_load(
    url: str, clients: int, tokens: Sequence[str], *, backend: str | None = None
) -> LoadOutcome:
    """Let `clients` clients stream at once, and each cancel in the middle of its turn."""
    outcome = LoadOutcome(clients)
    async with _connected(CancellingClient, url, clients, _configuration(backend)) as connected:
        for client in connected:
            client.socket.send(text_frame(token="".join(tokens)))
        await _wait_until_closed(connected)
        for client in connected:
            client.add_to(outcome)
    return outcome


async def open_idle_connections(url: str, count: int) -> list[MinimalWebSocket]:
    """Open connections that are configured and send nothing more; the caller closes them."""
    return [(await LoadClient.connect(url, _configuration(None))).socket for _ in range(count)]


@asynccontextmanager
async def _connected(
    kind: type[_ClientT], url: str, count: int, configuration: bytes
) -> AsyncIterator[list[_ClientT]]:
    clients: list[_ClientT] = []
    try:
        for _ in range(count):
            clients.append(await kind.connect(url, configuration))  # noqa: PERF401 - those so far are closed too
        yield clients
    finally:
        for client in clients:
            client.socket.abort()


def _configuration(backend: str | None, opts: Mapping[str, OptionValue] | None = None) -> bytes:
    given = {"backend": backend, "opts": opts}
    return text_frame(v=2, **{key: value for key, value in given.items() if value})


def _send_burst(clients: Sequence[LoadClient], tokens: Sequence[str], frames: bytes) -> None:
    for client in clients:
        now = _now()
        for token in tokens:
            client.log.sent(token, now)
        client.log.finished(now)
        client.socket.send(frames)


async def _send_paced(
    clients: Sequence[LoadClient], tokens: Sequence[str], frames: Sequence[bytes], tokens_per_s: float
) -> None:
    started = _now()
    for number in range(len(tokens) * len(clients)):
        index, client = number // len(clients), clients[number % len(clients)]
        due = started + number / len(clients) / tokens_per_s
        if (wait_s := due - _now()) > 0:
            await asyncio.sleep(wait_s)
        now = _now()
        client.log.sent(tokens[index], now)
        if index == len(tokens) - 1:
            client.log.finished(now)  # the last frame ends the text
        client.socket.send(frames[index])


async def _wait_until_closed(clients: Sequence[LoadClient]) -> None:
    async with asyncio.timeout(_TIMEOUT_S):
        await asyncio.wait([client.socket.closed for client in clients])
