from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from voice_server.commands.benchmark.dialect_clients import BenchmarkedDialect
from voice_server.commands.benchmark.load_generator import (
    open_idle_connections,
    run_cancel_load,
    run_dialect_load,
    run_load,
)
from voice_server.commands.benchmark.minimal_websocket import OnAudio
from voice_server.commands.benchmark.process_usage import MeasuredProcess
from voice_server.errors import VoiceServerError

READY = json.dumps({"type": "ready", "session": "s", "voice": "v", "backend": "b"})
REFUSED = json.dumps({"type": "error", "msg": "too many connections"})
Result = TypeVar("Result")


class Server:
    """Records each connection's messages; replies with `ready`, and closes when a client is done."""

    def __init__(self, most_connections: int = 100) -> None:
        self.received: list[list[Any]] = []
        self.connections_at_first_token: list[int] = []
        self._most = most_connections

    async def serve(self, connection: ServerConnection) -> None:
        messages: list[Any] = []
        self.received.append(messages)
        is_refused = len(self.received) > self._most
        try:
            async for message in connection:
                messages.append(json.loads(message))
                if len(messages) == 1:
                    await connection.send(REFUSED if is_refused else READY)
                elif len(messages) == 2:
                    self.connections_at_first_token.append(len(self.received))
                if is_refused or {"done", "cancel"} & messages[-1].keys():
                    return
        except ConnectionClosed:
            pass


def with_server(server: Server, load: Callable[[str], Awaitable[Result]]) -> Result:
    async def main() -> Result:
        async with serve(server.serve, "127.0.0.1", 0, compression=None) as listening:
            port = listening.sockets[0].getsockname()[1]
            return await load(f"ws://127.0.0.1:{port}/stream-tokens")

    return asyncio.run(main())


@pytest.mark.parametrize("rate", [None, 5_000.0])
def test_every_client_sends_all_tokens_in_order_and_ends_the_text(rate: float | None) -> None:
    server = Server()
    outcome = with_server(server, lambda url: run_load(url, 3, ["Hi", " there", "."], tokens_per_s=rate))
    tokens = [{"token": "Hi"}, {"token": " there"}, {"token": "."}, {"done": True}]
    assert server.received == [[{"v": 2}, *tokens]] * 3
    assert (outcome.clients, outcome.errors) == (3, [])


def test_all_clients_are_connected_before_the_first_token_is_sent() -> None:
    server = Server()
    with_server(server, lambda url: run_load(url, 4, ["Hi."], tokens_per_s=None))
    assert server.connections_at_first_token == [4, 4, 4, 4]


def test_word_times_are_asked_for() -> None:
    server = Server()
    with_server(server, lambda url: run_load(url, 1, ["Hi."], tokens_per_s=None, with_times=True))
    assert server.received[0][0] == {"v": 2, "timestamps": "word"}


def test_backend_and_options_are_configured_where_they_are_given() -> None:
    server = Server()
    with_server(
        server,
        lambda url: run_load(url, 1, ["Hi."], tokens_per_s=None, backend="tone", opts={"words": False}),
    )
    assert server.received[0][0] == {"v": 2, "backend": "tone", "opts": {"words": False}}


def test_a_client_that_cannot_connect_ends_those_that_could() -> None:
    server = Server(most_connections=2)
    with pytest.raises(VoiceServerError, match="too many connections"):
        with_server(server, lambda url: run_load(url, 3, ["Hi."], tokens_per_s=None))
    assert server.received == [[{"v": 2}]] * 3


@pytest.mark.parametrize("rate", [None, 5_000.0])
def test_a_dialect_s_clients_send_all_pieces_in_order(rate: float | None) -> None:
    sent: list[list[bytes]] = []

    class Connection:
        def __init__(self) -> None:
            self.on_audio: OnAudio = lambda _n_bytes: None
            self.received_at = 0.0
            self.closed: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
            self.received: list[bytes] = []
            sent.append(self.received)

        def send(self, data: bytes) -> None:
            self.received.append(data)
            if data.endswith(b"end"):
                self.on_audio(48_000)
                self.closed.set_result(None)

        def abort(self) -> None:
            self.received.append(b"aborted")

    async def connect(address: str) -> Connection:
        assert address == "somewhere"
        return Connection()

    def encode(tokens: Sequence[str]) -> list[bytes]:
        return [*(token.encode() for token in tokens[:-1]), b"end"]

    dialect = BenchmarkedDialect((), lambda url, _ready: url, connect, encode)
    process = MeasuredProcess(os.getpid())
    loading = run_dialect_load(
        dialect, "somewhere", 2, ["a", "b", "c"], tokens_per_s=rate, first_end=1, process=process
    )
    outcome = asyncio.run(loading)
    assert [each > 0 for each in outcome.first_cpu_ms] == [True, True]
    cpu = outcome.cpu_ms_per_audio_s(workers=False)
    assert cpu is not None
    assert cpu > 0
    assert [b"".join(pieces) for pieces in sent] == [b"abendaborted"] * 2
    assert (outcome.clients, outcome.audio_s, len(outcome.first_ms), outcome.errors) == (2, 2.0, 2, [])


def test_cancelling_clients_send_the_whole_text_at_once() -> None:
    class Closing(Server):
        async def serve(self, connection: ServerConnection) -> None:
            self.received.append([json.loads(await connection.recv())])
            await connection.send(READY)
            self.received[-1].append(json.loads(await connection.recv()))

    server = Closing()
    outcome = with_server(server, lambda url: run_cancel_load(url, 1, ["One.", " Two."]))
    assert server.received == [[{"v": 2}, {"token": "One. Two."}]]
    assert (outcome.clients, outcome.cancel_ms) == (1, [])


def test_idle_connections_are_configured_and_send_nothing_more() -> None:
    server = Server()

    async def load(url: str) -> int:
        sockets = await open_idle_connections(url, 3)
        for socket in sockets:
            socket.abort()
        return len(sockets)

    assert with_server(server, load) == 3
    assert server.received == [[{"v": 2}]] * 3
