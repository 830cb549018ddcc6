"""Limits on connections that never become requests, and messages that are handed on as they are read."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import time
from asyncio import StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
import websockets
from uvicorn.server import ServerState

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.endpoints.serving import UPGRADE, converse, run, served
from voice_server.commands.benchmark.minimal_websocket import text_frame
from voice_server.endpoints.http.http_protocol import HttpProtocol, PendingConnections
from voice_server.endpoints.websocket import websocket_protocol
from voice_server.endpoints.websocket.websocket_protocol import PROTOCOL_EXTENSION, WebSocketProtocol


def test_a_handshake_that_does_not_end_is_dropped() -> None:
    async def main() -> None:
        async with served(config=config_of("one", handshake_s=0.1)) as server:
            slow = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(5)]
            for _, writer in slow[1:]:
                writer.write(b"GET /stream-tokens HTTP/1.1\r\nHost: local")
            async with server.connect() as socket:
                for reader, writer in slow:
                    with contextlib.suppress(ConnectionResetError):
                        assert await reader.read() == b""
                    writer.close()
                assert (await converse(socket, {"done": True})).close_code == 1000

    run(main)


def test_a_client_that_leaves_its_answer_unread_is_dropped_and_its_render_stopped() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, frames=1)
        config = config_of("one", stalled_reader_s=0.2)
        async with served(pool, config=config) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
            body = b'{"text":"' + b"One is here. " * 20_000 + b'","format":"pcm"}'
            head = f"POST /tts/stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
            while not server.service.open_speeches:
                await asyncio.sleep(0.001)
            while server.service.open_speeches:
                await asyncio.sleep(0.01)
            assert len(pool.rendered) < 20_000
            with contextlib.suppress(ConnectionResetError):
                while await reader.read(65536):
                    pass
            writer.close()

    run(main)


@asynccontextmanager
async def _listening_app(
    on_messages: Callable[[list[str | bytes]], object],
    on_protocol: Callable[[WebSocketProtocol], None] = lambda _: None,
    *,
    taken: int = 1_000_000,
) -> AsyncIterator[StreamWriter]:
    """A WebSocket to an application that takes its messages as they are read, behind one it takes later.

    `on_messages` gets those that it takes, `taken` at most of what it is given together.
    """
    over, called = asyncio.Event(), asyncio.Event()

    def take(messages: list[str | bytes]) -> int:
        on_messages(messages[:taken])
        return min(taken, len(messages))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await asyncio.sleep(0)
        protocol: WebSocketProtocol = scope["extensions"][PROTOCOL_EXTENSION]
        while protocol.queue.empty():
            await asyncio.sleep(0)
        on_protocol(protocol)
        protocol.listen(take)
        called.set()
        await over.wait()

    config = uvicorn.Config(app, ws=WebSocketProtocol, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: HttpProtocol(
            config=config,
            server_state=state,
            app_state={},
            handshake_s=9,
            stalled_reader_s=9,
            pending=PendingConnections(9, time.monotonic),
        ),
        "127.0.0.1",
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(UPGRADE)
    await reader.readuntil(b"\r\n\r\n")
    writer.write(text_frame(number=0))
    await called.wait()
    yield writer
    over.set()
    await asyncio.gather(*state.tasks)
    writer.close()
    server.close()


def test_messages_that_come_together_are_handed_on_together_and_all_in_order() -> None:
    async def main() -> None:
        batches: list[list[str | bytes]] = []
        stream = [text_frame(number=number, text="." * (number % 130)) for number in range(1, 300)]
        async with _listening_app(batches.append) as writer:
            writer.write(b"".join(stream[:150]))
            for frame in stream[150:]:
                writer.write(frame[:9])
                await asyncio.sleep(0)
                writer.write(frame[9:])
            while sum(map(len, batches)) < 300:
                await asyncio.sleep(0)
        numbers = [json.loads(message)["number"] for batch in batches for message in batch]
        assert numbers == list(range(300))
        assert max(map(len, batches)) > 1

    run(main)


def test_what_an_application_does_not_take_it_gets_again_in_order() -> None:
    async def main() -> None:
        batches: list[list[str | bytes]] = []
        async with _listening_app(batches.append, taken=3) as writer:
            writer.write(
                b"".join(text_frame(number=number, text="." * (number % 130)) for number in range(1, 400))
            )
            while sum(map(len, batches)) < 400:
                await asyncio.sleep(0)
        numbers = [json.loads(message)["number"] for batch in batches for message in batch]
        assert numbers == list(range(400))
        assert max(map(len, batches)) == 3

    run(main)


def test_a_flood_is_read_in_portions_so_that_others_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_protocol, "_READ_SLICE_S", 0.0)

    async def main() -> None:
        turn = 0
        turns: list[tuple[int, int]] = []

        def count_turns() -> None:
            nonlocal turn
            turn += 1
            asyncio.get_running_loop().call_soon(count_turns)

        count_turns()
        async with _listening_app(lambda batch: turns.append((turn, len(batch)))) as writer:
            writer.write(b"".join(text_frame(number=number) for number in range(1, 2000)))
            while sum(size for _, size in turns) < 2000:
                await asyncio.sleep(0)
        assert max(size for _, size in turns) <= 64
        assert len({turn for turn, _ in turns}) == len(turns)

    run(main)


def test_messages_that_come_while_they_are_paused_wait_and_come_in_order() -> None:
    async def main() -> None:
        numbers: list[int] = []
        protocols: list[WebSocketProtocol] = []

        def take(batch: list[str | bytes]) -> None:
            numbers.extend(json.loads(message)["number"] for message in batch)
            if len(numbers) >= 100:
                protocols[0].pause_messages()

        async with _listening_app(take, protocols.append) as writer:
            writer.write(b"".join(text_frame(number=number) for number in range(1, 1000)))
            while len(numbers) < 100:
                await asyncio.sleep(0)
            stopped_at = len(numbers)
            assert stopped_at < 300, "a batch or two"
            protocols[0].resume_messages()
            while len(numbers) == stopped_at:
                await asyncio.sleep(0)
            while len(numbers) < 1000:
                protocols[0].resume_messages()
                await asyncio.sleep(0)
        assert numbers == list(range(1000))

    run(main)


def test_of_the_pings_of_a_client_that_reads_nothing_the_last_is_answered() -> None:
    async def main() -> None:
        protocols: list[WebSocketProtocol] = []
        async with _listening_app(lambda _: None, protocols.append) as writer:
            protocol = protocols[0]
            protocol.writable.clear()
            writer.write(b"".join(bytes((0x89, 0x81, 0, 0, 0, 0, number)) for number in range(100)))
            while not protocol._late_pong.endswith(bytes((99,))):
                await asyncio.sleep(0)
            assert protocol._late_pong == bytes((0x8A, 1, 99))
            protocol.resume_writing()
            assert protocol._late_pong == b""

    run(main)


def test_a_client_that_still_sends_to_a_server_that_goes_down_hears_everything() -> None:
    text = "This sentence is a part of what is spoken. " * 50

    async def main() -> None:
        async with contextlib.AsyncExitStack() as serving:
            server = await serving.enter_async_context(served())
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # most waits at the server's end
            client.connect(("127.0.0.1", server.port))
            reader, writer = await asyncio.open_connection(sock=client, limit=1024)
            writer.write(UPGRADE)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(text_frame(token=text[:120]) + text_frame(token=text[120:240]))
            while not server.service.open_speeches:
                await asyncio.sleep(0)
            await server.state.drain(10)
            leaving = asyncio.create_task(serving.pop_all().aclose())
            await asyncio.sleep(0.3)  # a server that closed the connection by now would answer with a reset
            writer.write(text_frame(ping=1))
            await writer.drain()
            await asyncio.sleep(0.1)
            received = b""
            while not received.endswith(b"\x88\x02\x03\xf4"):
                piece = await reader.read(65536)
                assert piece
                received += piece
            writer.write(b"\x88\x82\0\0\0\0\x03\xf4")
            await leaving
            writer.close()

    run(main)


LARGE = b"\xff" + (32 * 1024 * 1024).to_bytes(8, "big") + bytes(4)
FRAGMENT = b"\xfe" + (60_000).to_bytes(2, "big") + bytes(4) + b"a" * 60_000


@pytest.mark.parametrize(
    ("first", "piece", "code"),
    [
        pytest.param(b"\x81" + LARGE, b"a" * 65536, 1009, id="one frame"),
        pytest.param(b"\x01" + FRAGMENT, b"\x00" + FRAGMENT, 1009, id="fragments"),
        pytest.param(b"\x82" + LARGE, b"a" * 65536, 1009, id="binary"),
        pytest.param(b"\x81\x05hello", b"a" * 65536, 1002, id="without a mask"),
        pytest.param(b"\x81\x82\0\0\0\0\xff\xfe", b"a" * 65536, 1007, id="no UTF-8"),
    ],
)
@pytest.mark.parametrize("path", [b"/stream-tokens", b"/stream?text=Hello+world."])
def test_the_close_frame_arrives_although_the_client_still_sends(
    path: bytes, first: bytes, piece: bytes, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.01)
        async with served(pool) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(UPGRADE.replace(b"/stream-tokens", path))
            await reader.readuntil(b"\r\n\r\n")
            writer.write(first)
            for _ in range(512):  # more than all buffers on the way hold; a reset would be an error here
                writer.write(piece)
                await writer.drain()
            sent = await reader.read()
            assert b"\x88" in sent
            reason = sent[sent.rindex(b"\x88") + 2 :]
            assert int.from_bytes(reason[:2], "big") == code
            writer.close()
            while server.service.open_speeches:
                await asyncio.sleep(0.001)

    run(main)
    assert "Traceback" not in caplog.text


def test_a_client_that_sends_for_ever_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_protocol, "_LINGER_S", 0.05)

    async def main() -> None:
        async with served() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(UPGRADE)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"\x81" + LARGE)
            with contextlib.suppress(ConnectionError):
                while True:
                    writer.write(b"a" * 65536)
                    await writer.drain()
            writer.close()

    run(main)


TOKEN = "S3cret"  # noqa: S105 - of the test
REFUSED_AND_ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    (path, options)
    for given in (TOKEN, "Wr0ng")
    for path, options in (
        (f"/stream-tokens?token={given}", {}),
        (f"/stream?text=Hi.&token={given}", {}),
        (f"/nowhere?token={given}", {}),
        ("/stream-tokens", {"additional_headers": {"Authorization": f"Bearer {given}"}}),
        ("/stream-tokens", {"additional_headers": {"Authorization": f"Basic {given}"}}),
        ("/stream-tokens", {"subprotocols": ["voice-server", f"token.{given.encode().hex()}"]}),
        (f"/stream-tokens?token={given}", {"additional_headers": {"Origin": "https://evil.example"}}),
        (f"/stream-tokens?token={given}", {"additional_headers": {"Sec-WebSocket-Version": "12"}}),
    )
]


@pytest.mark.parametrize(("path", "options"), REFUSED_AND_ACCEPTED)
def test_neither_the_token_nor_a_refusal_is_logged_at_any_level(
    path: str, options: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with served(token=TOKEN) as server:
            with contextlib.suppress(websockets.InvalidHandshake):
                async with server.connect(path, logger=logging.getLogger("the test"), **options) as socket:
                    await converse(socket, {"token": "One is here. "}, {"done": True})
            async with httpx.AsyncClient() as client:
                headers = options.get("additional_headers", {})
                await client.get(f"http://127.0.0.1:{server.port}{path}", headers=headers)

    with caplog.at_level(1):
        run(main)
    told = [record for record in caplog.records if record.name.startswith(("uvicorn", "voice_server"))]
    shown = "\n".join(logging.Formatter().format(record) for record in told)
    for secret in (TOKEN, "Wr0ng"):
        assert secret not in shown
        assert secret.encode().hex() not in shown
    assert not [record for record in told if record.levelno >= logging.WARNING]
