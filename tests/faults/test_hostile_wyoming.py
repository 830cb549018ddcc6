"""One client of Wyoming that keeps no rules reaches nobody else, on Wyoming or on `/stream-tokens`."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from wyoming.client import AsyncTcpClient
from wyoming.tts import Synthesize

from tests.faults.attacking import (
    ServerProcess,
    flood_of_idle,
    server_process,
    undisturbed_listeners,
)
from tests.faults.sending_events import READ_S, Attack, event, sent

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(120)]
LONG = "This sentence is one of very many, and nobody will ever read what is made of it. " * 600


def _unread(data: bytes) -> Attack:
    """A client that sends, as much as is taken, and reads nothing."""

    async def attack(server: ServerProcess) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await loop.sock_connect(client, ("127.0.0.1", server.wyoming_port))
            with suppress(TimeoutError, OSError):
                async with asyncio.timeout(READ_S):
                    await loop.sock_sendall(client, data)
                    await asyncio.sleep(READ_S)

    return attack


START, STOP = event("synthesize-start"), event("synthesize-stop")
TEXT = event("synthesize", text="This is spoken, and nobody hears it to its end.")
ATTACKS: dict[str, Attack] = {
    "another protocol": sent(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", code="invalid_json"),
    "no text": sent(b"\x16\x03\x01" * 100_000 + b"\n", code="invalid_json"),
    "a line without an end": sent(b"x" * 8_000_000, code="too_much"),
    "data without an end": sent(
        b'{"type":"synthesize","data_length":1000000}\n' + b" " * 999_999, code=None, connections=20
    ),
    "a payload without an end": sent(b'{"type":"x","payload_length":99999999999}\n' + bytes(8_000_000)),
    "deep JSON": sent(b'{"x":' + b"[" * 500_000 + b"\n", code="invalid_json"),
    "wide JSON": sent(b'{"x":[' + b"[]," * 300_000 + b"0]}\n"),
    "events that are unknown": sent(b'{"type":"x"}\n' * 300_000),
    "many texts": sent(TEXT * 2000),
    "many texts of many": sent(TEXT * 20, connections=50),
    "a long text": sent(event("synthesize", text=LONG[:190_000])),
    "long texts": sent(event("synthesize", text=LONG) * 30, code="text_overflow"),
    "a text of marks": sent(event("synthesize", text="?!" * 90_000)),
    "chunks of a character": sent(START + event("synthesize-chunk", text="a") * 50_000 + STOP),
    "chunks without white space": sent(START + event("synthesize-chunk", text="x" * 1000) * 190),
    "a stream that never ends": sent(START + event("synthesize-chunk", text="Hello. "), connections=50),
    "stops": sent(STOP * 10_000, code="wrong_order"),
    "starts": sent(START * 10_000, code="wrong_order"),
    "empty texts": sent((START + STOP) * 90),
    "questions": sent(b'{"type":"describe"}\n' * 3000),
    "unread sound": _unread(event("synthesize", text=LONG[:48_000])),
    "unread answers": _unread(b'{"type":"describe"}\n' * 100_000),
    "idle connections": lambda server: flood_of_idle(server, server.wyoming_port),
    "hang-ups": sent(TEXT, connections=60, read_s=0.05),
    "voices that do not exist": sent(
        b"".join(event("synthesize", text="a", voice={"name": f"nobody {n}"}) for n in range(90))
    ),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with server_process(tmp_path_factory.mktemp("hostile")) as server:
        yield server


async def _heard(server: ServerProcess) -> bytes:
    """All the sound of a text over Wyoming."""
    async with AsyncTcpClient("127.0.0.1", server.wyoming_port) as client:
        await client.write_event(Synthesize("The library opens at nine. It is quiet there.").event())
        sound = b""
        while (received := await client.read_event()) is not None and received.type != "audio-stop":
            sound += received.payload or b""
        return sound


@pytest.mark.parametrize("name", ATTACKS)
def test_nobody_else_notices(server: ServerProcess, name: str) -> None:
    async def main() -> None:
        await server.come_to_rest()
        alone = await _heard(server)
        assert alone
        await ATTACKS[name](server)
        await server.come_to_rest()
        async with undisturbed_listeners(server):
            attacking = asyncio.create_task(ATTACKS[name](server))
            assert name == "idle connections" or await _heard(server) == alone
            await attacking
            assert await server.health_s() < 1
        await server.come_to_rest()
        assert await _heard(server) == alone
        assert "Traceback" not in server.log.read_text(encoding="utf-8")

    asyncio.run(main())


def test_more_connections_than_there_are_descriptors(tmp_path: Path) -> None:
    """With `ulimit -n 1024`, 1,100 connections of every kind that never becomes a text."""
    begins = (b"", b'{"type":', b"\n", START, b'{"type":"synthesize","data_length":9}\n{')

    async def main(server: ServerProcess) -> None:
        opened = []
        for number in range(1100):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.wyoming_port)
            writer.write(begins[number % len(begins)])
            opened.append((reader, writer))
            if number % 100 == 99:
                assert await server.health_s() < 1
        for _, writer in opened:
            writer.transport.abort()
        await server.come_to_rest()
        assert await _heard(server)
        assert "Traceback" not in server.log.read_text(encoding="utf-8")

    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, limit[1]), limit[1]))
    try:
        with server_process(tmp_path, descriptors=1024) as server:
            asyncio.run(main(server))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
