"""Loads: clients that stream the same text at the same time, in one process and on one event loop.

All connections are open and configured before the first token is sent, so that the figures are those of the
streams and not of the handshakes. The clients start evenly spread over the interval of one token. Only tokens
of all clients in the same microsecond would be a heavier load, which no network delivers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from voice_server.commands.benchmark.cpu_meter import CpuMeter
from voice_server.commands.benchmark.dialect_clients import BenchmarkedDialect
from voice_server.commands.benchmark.load_client import (
    CancellingClient,
    DialectLoadClient,
    LoadClient,
    LoadOutcome,
)
from voice_server.commands.benchmark.minimal_websocket import MinimalWebSocket, text_frame
from voice_server.commands.benchmark.process_usage import MeasuredProcess
from voice_server.core.types import OptionValue

_now = time.perf_counter
_TIMEOUT_S = 120
_Client = LoadClient | DialectLoadClient
_ClientT = TypeVar("_ClientT", LoadClient, CancellingClient, DialectLoadClient)


async def run_load(
    url: str,
    clients: int,
    tokens: Sequence[str],
    *,
    tokens_per_s: float | None,
    backend: str | None = None,
    opts: Mapping[str, OptionValue] | None = None,
    with_times: bool = False,
    process: MeasuredProcess | None = None,
) -> LoadOutcome:
    """Let `clients` clients stream the tokens at a rate, or in a burst where it is None, until all are done.

    `with_times` asks for word times; `process` is the server, where it is known. Raises VoiceServerError when
    a client cannot connect.
    """
    frames = [text_frame(token=token) for token in tokens]
    frames[-1] += text_frame(done=True)
    configuration = _configuration(backend, opts, timestamps="word" if with_times else None)
    connect = partial(LoadClient.connect, url, configuration)
    return await _streamed(connect, clients, tokens, frames, tokens_per_s=tokens_per_s, process=process)


async def run_dialect_load(
    dialect: BenchmarkedDialect,
    address: str,
    clients: int,
    tokens: Sequence[str],
    *,
    tokens_per_s: float | None,
    first_end: int | None,
    process: MeasuredProcess | None = None,
) -> LoadOutcome:
    """The same over a dialect; `first_end` is that of the same text over `/stream-tokens`."""

    async def connect() -> DialectLoadClient:
        return DialectLoadClient(await dialect.connect(address), first_end)

    frames = dialect.encode(tokens)
    return await _streamed(connect, clients, tokens, frames, tokens_per_s=tokens_per_s, process=process)


async def _streamed(
    connect: Callable[[], Awaitable[_ClientT]],
    clients: int,
    tokens: Sequence[str],
    frames: Sequence[bytes],
    *,
    tokens_per_s: float | None,
    process: MeasuredProcess | None,
) -> LoadOutcome:
    """Let all clients stream the tokens, which `frames` are as they are sent, until all are done."""
    outcome = LoadOutcome(clients)
    async with _connected(connect, clients) as connected:
        if process is not None:
            outcome.before = process.usage()
            for client in connected:
                client.cpu = CpuMeter(process.cpu_s)
        started = _now()
        if tokens_per_s is None:
            _send_burst(connected, tokens, b"".join(frames))
        else:
            await _send_paced(connected, tokens, frames, tokens_per_s)
        await _wait_until_closed(connected)
        outcome.wall_s = _now() - started
        outcome.after = None if process is None else process.usage()
        for client in connected:
            client.add_to(outcome)
    return outcome


async def run_cancel_load(
    url: str, clients: int, tokens: Sequence[str], *, backend: str | None = None
) -> LoadOutcome:
    """Let `clients` clients stream at once, and each cancel in the middle of its turn."""
    outcome = LoadOutcome(clients)
    connect = partial(CancellingClient.connect, url, _configuration(backend))
    async with _connected(connect, clients) as connected:
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
async def _connected(connect: Callable[[], Awaitable[_ClientT]], count: int) -> AsyncIterator[list[_ClientT]]:
    clients: list[_ClientT] = []
    try:
        for _ in range(count):
            clients.append(await connect())  # noqa: PERF401 - those so far are closed too
        yield clients
    finally:
        for client in clients:
            client.socket.abort()


def _configuration(
    backend: str | None, opts: Mapping[str, OptionValue] | None = None, *, timestamps: str | None = None
) -> bytes:
    given = {"backend": backend, "opts": opts, "timestamps": timestamps}
    return text_frame(v=2, **{key: value for key, value in given.items() if value})


def _send_burst(clients: Sequence[_Client], tokens: Sequence[str], frames: bytes) -> None:
    for client in clients:
        now = _now()
        for token in tokens:
            client.log.sent(token, now)
            client.cpu.sent(token)
        client.log.finished(now)
        client.cpu.finished()
        client.socket.send(frames)


async def _send_paced(
    clients: Sequence[_Client], tokens: Sequence[str], frames: Sequence[bytes], tokens_per_s: float
) -> None:
    started = _now()
    for number in range(len(tokens) * len(clients)):
        index, client = number // len(clients), clients[number % len(clients)]
        due = started + number / len(clients) / tokens_per_s
        if (wait_s := due - _now()) > 0:
            await asyncio.sleep(wait_s)
        now = _now()
        client.log.sent(tokens[index], now)
        client.cpu.sent(tokens[index])
        if index == len(tokens) - 1:  # the last frame ends the text
            client.log.finished(now)
            client.cpu.finished()
        client.socket.send(frames[index])


async def _wait_until_closed(clients: Sequence[_Client]) -> None:
    async with asyncio.timeout(_TIMEOUT_S):
        await asyncio.wait([asyncio.ensure_future(client.socket.closed) for client in clients])
