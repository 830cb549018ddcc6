"""One client that keeps no rules reaches nobody else, and the server is itself again when it has gone.

Each of them comes alone, and then while sixteen listeners hear a text again and again: every sample is the
one that they hear without it.
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.faults.attacking import (
    ServerProcess,
    flood_of_idle,
    read_for,
    server_process,
    undisturbed_listeners,
)
from tests.faults.sending import frame, post, send_bytes, send_frames

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(120)]
Attack = Callable[[ServerProcess], Awaitable[object]]

LONG = "This sentence is one of very many, and nobody will ever read what is made of it. " * 600
GET = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
UPGRADE = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
)
SLOWLY_S = 0.3
"""How long a client holds what it has opened."""


# ---------------------------------------------------------------------- turns


def _turns(message: Callable[[int], list[dict[str, object]]], count: int = 900) -> Attack:
    messages = [each for number in range(count) for each in message(number)]

    async def attack(server: ServerProcess) -> None:
        async with server.connect(close_timeout=0.1) as client:
            for each in messages:
                await client.send(json.dumps(each))
            received = await read_for(client, 0.5)
        codes = {each.get("code") for each in received if each["type"] == "error"}
        assert codes <= {"too_many_turns", "text_overflow", "too_much"}

    return attack


def _sentence(number: int) -> dict[str, object]:
    return {"token": f"This is sentence number {number}. "}


TURNS: dict[str, Attack] = {
    "turns that end": _turns(lambda n: [_sentence(n), {"end": True}]),
    "turns that preempt": _turns(lambda n: [{**_sentence(n), "turn": f"t{n}", "on_new_turn": "preempt"}]),
    "turns of several backends": _turns(
        lambda n: [{"backend": ("espeak", "tone")[n % 2]}, _sentence(n), {"end": True}]
    ),
    "turns that are cancelled": _turns(lambda n: [_sentence(n), {"cancel": True}], 300),
    "turns that are paused": _turns(
        lambda n: [{"pause": n % 3 > 0, "resume": n % 3 == 0}, _sentence(n)], 300
    ),
    "turns with flushes": _turns(lambda n: [{**_sentence(n), "flush": True, "id": n}], 300),
    "turns without text": _turns(lambda n: [{"token": "", "turn": f"t{n}"}], 300),
}


# ---------------------------------------------------------------------- who does not read


@asynccontextmanager
async def _stalled(server: ServerProcess, head: bytes, data: bytes) -> AsyncIterator[None]:
    """A connection whose client sends, as much as is taken, and reads nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", server.port))
    await loop.sock_sendall(client, head)
    answer = b""
    while head and b"\r\n\r\n" not in answer:
        answer += await loop.sock_recv(client, 1024)
    sending = asyncio.create_task(loop.sock_sendall(client, data))
    try:
        yield
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await sending
        client.close()


def _unread(*messages: Mapping[str, object], times: int = 1) -> Attack:
    data = b"".join(map(frame, messages)) * times
    head = b"GET /stream-tokens?v=2 HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE + b"\r\n"

    async def attack(server: ServerProcess) -> None:
        async with _stalled(server, head, data):
            await asyncio.sleep(SLOWLY_S)

    return attack


def _unread_answer(path: str, **fields: object) -> Attack:
    body = json.dumps({"text": LONG, "input": LONG, **fields}).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"

    async def attack(server: ServerProcess) -> None:
        async with _stalled(server, b"", head.encode() + body):
            await asyncio.sleep(SLOWLY_S)

    return attack


async def _unread_requests(server: ServerProcess) -> None:
    async with _stalled(server, b"", GET * 20_000):
        await asyncio.sleep(SLOWLY_S)


UNREAD: dict[str, Attack] = {
    "unread audio": _unread({"token": LONG[:48_000]}, times=4),
    "unread pongs": _unread({"ping": "x" * 190}, times=20_000),
    "unread errors": _unread({"voice": "nobody"}, times=10_000),
    "unread warnings": _unread({"tokem": "x"}, times=10_000),
    "an unread stream": _unread_answer("/tts/stream"),
    "an unread stream of OpenAI's": _unread_answer("/v1/audio/speech", response_format="pcm"),
    "unread requests": _unread_requests,
}


# ---------------------------------------------------------------------- half of everything


def _held(*begins: bytes, times: int = 1) -> Attack:
    """Connections on which something has begun, and goes on by a byte now and then."""

    async def hold(server: ServerProcess, begin: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        with suppress(OSError):
            writer.write(begin)
            for _ in range(3):
                await writer.drain()
                await asyncio.sleep(SLOWLY_S / 3)
                writer.write(b"x")
        writer.transport.abort()
        del reader

    async def attack(server: ServerProcess) -> None:
        async with asyncio.TaskGroup() as tasks:
            for begin in begins * times:
                tasks.create_task(hold(server, begin))

    return attack


async def _flood_of_idle_websockets(server: ServerProcess) -> None:
    async with asyncio.TaskGroup() as tasks:
        for _ in range(150):
            tasks.create_task(send_frames(server, b"", read_s=SLOWLY_S))
    assert await server.health_s() < 1


HALVES: dict[str, Attack] = {
    "half a request head": _held(b"GET /health HTTP/1.1\r\nHost: loc", times=100),
    "half a body": _held(b"POST /tts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{", times=100),
    "an upgrade whose body is missing": _held(
        b"GET /stream-tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n" + UPGRADE + b"\r\n",
        times=50,
    ),
    "half an upgrade": _held(b"GET /stream-tokens HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE, times=100),
    "idle connections": lambda server: flood_of_idle(server, server.port),
    "idle WebSockets": _flood_of_idle_websockets,
}


# ---------------------------------------------------------------------- too much, and nonsense


def _bytes(data: bytes) -> Attack:
    return lambda server: send_bytes(server, data)


def _frames(data: bytes) -> Attack:
    return lambda server: send_frames(server, data)


def _closed_with(code: int, data: bytes) -> Attack:
    """Frames that are answered by a close with a code."""

    async def attack(server: ServerProcess) -> None:
        answered = await send_frames(server, data)
        assert re.search(b"\x88." + re.escape(code.to_bytes(2, "big")), answered, re.DOTALL), answered

    return attack


TOO_MUCH: dict[str, Attack] = {
    "a large head": _bytes(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 2_000_000),
    "many headers": _bytes(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"a: b\r\n" * 300_000),
    "requests in one packet": _bytes(GET * 20_000),
    "a wide JSON body": lambda server: post(server, "/tts/stream", b"[" + b"[]," * 2_000_000 + b"0]"),
    "a deep JSON body": lambda server: post(server, "/tts/stream", b"[" * 8_000_000),
    "a form of percent signs": lambda server: post(
        server, "/tts/stream", b"text=" + b"%2E" * 2_000_000, "application/x-www-form-urlencoded"
    ),
    "two million marks": lambda server: post(server, "/tts/stream", {"text": "." * 2_000_000}),
    "tokens of marks": lambda server: send_frames(server, [{"token": "?!" * 30_000}] * 3),
    "a deep JSON message": _closed_with(1007, frame(b'{"opts":' + b'{"a":' * 10_000)),
    "a message that is too long": _closed_with(1009, frame(b"x" * 70_000)),
    "fragments without an end": _closed_with(
        1009, frame(b"", final=False) + frame(b"x" * 1000, 0, final=False) * 100
    ),
    "half a character": _closed_with(1007, frame(b'{"token":"\xf0\x9f"}')),
    "a binary message": _closed_with(1003, frame(b"\0" * 1000, 2)),
    "a frame with reserved bits": _closed_with(1002, b"\xf1\x80" + bytes(4)),
    "an unknown opcode": _closed_with(1002, frame(b"x", 5)),
    "a ping that is too long": _closed_with(1002, frame(b"x" * 126, 9)),
    "halves of characters": _frames(frame({"token": "\ud83d"}) * 20_000),
    "no WebSocket": _frames(b"\x16\x03\x01" * 10_000),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with server_process(tmp_path_factory.mktemp("hostile")) as server:
        yield server


@pytest.mark.parametrize(
    "attack",
    [
        pytest.param(attack, id=name)
        for attacks in (TURNS, UNREAD, HALVES, TOO_MUCH)
        for name, attack in attacks.items()
    ],
)
def test_nobody_else_notices(server: ServerProcess, attack: Attack) -> None:
    async def main() -> None:
        await server.come_to_rest()
        await attack(server)
        await server.come_to_rest()
        async with undisturbed_listeners(server):
            await attack(server)
            assert await server.health_s() < 1
        await server.come_to_rest()
        assert "Traceback" not in server.log.read_text(encoding="utf-8")

    asyncio.run(main())


def test_more_bad_connections_than_there_are_descriptors(tmp_path: Path) -> None:
    """With `ulimit -n 1024`, 1,100 connections of every kind that never becomes a request."""
    begins = (
        b"",
        b"GET / HT",
        b"\x16\x03\x01",
        GET[:-2] + UPGRADE,
        b"POST /tts HTTP/1.1\r\nContent-Length: 9\r\n",
    )

    async def main(server: ServerProcess) -> None:
        opened = []
        for number in range(1100):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(begins[number % len(begins)])
            opened.append((reader, writer))
            if number % 100 == 99:
                assert await server.health_s() < 1
        async with undisturbed_listeners(server):
            assert await server.health_s() < 1
        for _, writer in opened:
            writer.transport.abort()
        await server.come_to_rest()
        assert "Traceback" not in server.log.read_text(encoding="utf-8")

    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, limit[1]), limit[1]))
    try:
        with server_process(tmp_path, descriptors=1024) as server:
            asyncio.run(main(server))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
