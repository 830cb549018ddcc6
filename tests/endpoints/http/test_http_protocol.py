"""Every phase of a connection has a limit, and a request head that is refused is answered."""

from __future__ import annotations

import asyncio
import contextlib
import json
from asyncio import StreamReader, StreamWriter

import pytest

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import Served, run, served
from voice_server.endpoints import app_state
from voice_server.endpoints.http import http_protocol
from voice_server.serving import uvicorn_server

GET = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
UPGRADE = b"Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
KEY = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"


async def opened(server: Served, data: bytes) -> tuple[StreamReader, StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(data)
    return reader, writer


async def answered(reader: StreamReader) -> tuple[int, str]:
    """The status and the body of an answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return int(head.split()[1]), (await reader.readexactly(length)).decode()


@pytest.mark.parametrize(
    "path", [b"/tts/stream?text=One+is+here.&format=pcm", b"/tts?text=One+is+here.&format=pcm"]
)
def test_an_answer_to_http_1_0_has_no_chunks_and_ends_with_the_connection(path: bytes) -> None:
    async def main() -> None:
        async with served() as server:
            reader, writer = await opened(server, b"GET " + path + b" HTTP/1.0\r\n\r\n")
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            writer.close()
        assert b"transfer-encoding" not in head
        assert b"connection: close" in head
        assert body == pcm_of("One is here.")

    run(main)


async def is_dropped(reader: StreamReader) -> bool:
    with contextlib.suppress(ConnectionResetError):
        while await reader.read(65536):
            pass
    return True


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\r\n", id="line ends"),
        pytest.param(b"GET /health HTTP/1.1\r\nHost: loc", id="half a head"),
        pytest.param(GET + b"GET /health HTTP/1.1\r\nHo", id="half a head behind a request"),
        pytest.param(
            b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1", id="body of GET"
        ),
        pytest.param(
            b"OPTIONS / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1", id="body of OPTIONS"
        ),
        pytest.param(
            b"POST /tts HTTP/1.1\r\nHost: elsewhere\r\nContent-Length: 9\r\n\r\n1", id="body to a wrong host"
        ),
        pytest.param(b"POST /tts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{", id="body"),
    ],
)
def test_a_phase_that_does_not_end_is_ended(begin: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "BODY_S", 0.1)

    async def main() -> None:
        async with served(config=config_of("one", handshake_s=0.1)) as server:
            reader, writer = await opened(server, begin)
            assert await is_dropped(reader)
            writer.close()

    run(main)


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param(GET, id="line ends behind an answer"),
        pytest.param(b"GET /health HTTP/1.1\r\nHost: elsewhere\r\nContent-Length: 99\r\n\r\n", id="a body"),
    ],
)
def test_bytes_that_keep_coming_extend_no_limit(begin: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "BODY_S", 0.2)

    async def main() -> None:
        async with served(config=config_of("one", handshake_s=0.2)) as server:
            reader, writer = await opened(server, begin)
            await answered(reader)
            dropped = asyncio.create_task(is_dropped(reader))
            while not dropped.done():
                with contextlib.suppress(ConnectionError):
                    writer.write(b"\r\n" if begin == GET else b"x")
                    await writer.drain()
                await asyncio.sleep(0.02)
            writer.close()

    run(main)


@pytest.mark.parametrize(
    ("head", "status", "code"),
    [
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000,
            431,
            "head_too_large",
            id="one long value",
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"x" * 70_000 + b": 1",
            431,
            "head_too_large",
            id="one long name",
        ),
        pytest.param(b"GET /" + b"x" * 70_000, 431, "head_too_large", id="a URL over the head's limit"),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: 1\r\n" * 200, 431, "too_many_headers", id="many"
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n",
            400,
            "invalid_request",
            id="two hosts",
        ),
        pytest.param(
            b"GET /stream?text=" + b"x" * 9_000 + b" HTTP/1.1\r\n" + UPGRADE + KEY + b"\r\n",
            414,
            "url_too_long",
            id="upgrade with a long URL",
        ),
        pytest.param(
            b"GET /stream HTTP/1.1\r\nCookie: " + b"x" * 9_000 + b"\r\n" + UPGRADE + KEY + b"\r\n",
            431,
            "head_too_large",
            id="upgrade with a long cookie",
        ),
        pytest.param(
            b"GET /stream HTTP/1.1\r\n" + b"X: 1\r\n" * 200 + UPGRADE + KEY + b"\r\n",
            431,
            "too_many_headers",
            id="upgrade with many",
        ),
        pytest.param(
            b"GET /stream-tokens HTTP/1.1\r\nContent-Length: 9\r\n" + UPGRADE + KEY + b"\r\n1",
            400,
            "invalid_request",
            id="upgrade with a body",
        ),
        pytest.param(
            b"GET /stream-tokens HTTP/1.1\r\nTransfer-Encoding: 0\r\n" + UPGRADE + KEY + b"\r\n",
            400,
            "invalid_request",
            id="upgrade with an odd body",
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
            400,
            "invalid_request",
            id="two hosts and an upgrade that is not known",
        ),
        pytest.param(
            b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "invalid_request", id="CONNECT"
        ),
        pytest.param(
            b"CONNECT localhost:80 HTTP/1.1\r\n" + UPGRADE + KEY + b"\r\n",
            400,
            "invalid_request",
            id="CONNECT with an upgrade",
        ),
    ],
)
def test_a_head_that_is_too_large_is_answered(head: bytes, status: int, code: str) -> None:
    async def main() -> None:
        async with served() as server:
            reader, writer = await opened(server, head)
            found, body = await answered(reader)
            assert (found, json.loads(body)["code"]) == (status, code)
            writer.close()

    run(main)


def test_an_endless_head_is_answered_while_it_still_comes() -> None:
    async def main() -> None:
        async with served() as server:
            reader, writer = await opened(server, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
            answer = asyncio.create_task(answered(reader))  # a reset behind it would take it away
            sent = 0
            with contextlib.suppress(ConnectionError):
                while sent < 8 << 20 and not answer.done():
                    writer.write(b"x" * 65536)
                    await writer.drain()
                    await asyncio.sleep(0)
                    sent += 65536
            assert (await answer)[0] == 431
            writer.close()

    run(main)


def test_requests_and_bodies_over_the_heads_limit_are_read() -> None:
    async def main() -> None:
        async with served() as server:
            body = json.dumps({"text": "One.", "x": "y" * 200_000}).encode()
            head = b"POST /tts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            request = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
            reader, writer = await opened(server, request * 2 + GET)
            for _ in range(2):
                status_line = (await reader.readuntil(b"\r\n\r\n")).lower()
                assert b" 200 " in status_line
                await reader.readexactly(
                    int(status_line.partition(b"content-length: ")[2].partition(b"\r\n")[0])
                )
            assert (await answered(reader))[0] == 200
            writer.close()

    run(main)


def test_requests_that_come_together_are_answered_in_order_and_read_a_few_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = 0

    class Watched(http_protocol.HttpProtocol):
        def on_headers_complete(self) -> None:
            nonlocal most
            super().on_headers_complete()
            most = max(most, len(self.pipeline))

    monkeypatch.setattr(uvicorn_server, "HttpProtocol", Watched)
    n_requests = 3000

    async def main() -> None:
        async with served() as server:
            body = json.dumps({"text": ""}).encode()
            refused = (
                b"POST /tts HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )
            reader, writer = await opened(server, (GET + refused) * (n_requests // 2))
            statuses = [(await answered(reader))[0] for _ in range(n_requests)]
            assert [status == 200 for status in statuses] == [True, False] * (n_requests // 2)
            writer.close()

    run(main)
    assert 0 < most <= 2 * 16 * 1024 // len(GET)


@pytest.mark.parametrize("parsing_s", [0.0, 1.0])
def test_a_body_in_very_small_parts_is_read_a_few_at_a_time(
    parsing_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "_PARSING_S", parsing_s)
    bytes_at_once: list[int] = []

    class Watched(http_protocol.HttpProtocol):
        def _parse(self) -> None:
            before = len(self._unparsed)
            super()._parse()
            bytes_at_once.append(before - len(self._unparsed))

    monkeypatch.setattr(uvicorn_server, "HttpProtocol", Watched)

    async def main() -> None:
        async with served() as server:
            head = b"POST /tts HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            body = json.dumps({"text": "", "x": "y" * 100_000})
            parts = "".join(f"1\r\n{each}\r\n" for each in body).encode() + b"0\r\n\r\n"
            reader, writer = await opened(server, head + parts + GET)
            assert json.loads((await answered(reader))[1])["code"] == "invalid_field"
            assert (await answered(reader))[0] == 200
            writer.close()

    run(main)
    assert (max(bytes_at_once) > 8 * 1024) == (parsing_s > 0)


def test_the_oldest_of_too_many_connections_without_a_request_makes_room() -> None:
    async def main() -> None:
        async with served(config=config_of("one", connections=3)) as server:
            slow = [await opened(server, b"GET / HT") for _ in range(4)]
            async with server.client() as client:
                assert (await client.get("/health")).status_code == 200
            assert await is_dropped(slow[0][0])
            assert not slow[1][0].at_eof()
            for _, writer in slow:
                writer.close()

    run(main)


POST = b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("head", "piece", "status"),
    [
        pytest.param(POST % b"/tts" + b"Content-Length: 33554432\r\n\r\n", b"a", 413, id="announced"),
        pytest.param(
            POST % b"/tts" + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n%s\r\n", 413, id="chunked"
        ),
        pytest.param(
            POST % b"/nothing" + b"Connection: close\r\nContent-Length: 33554432\r\n\r\n", b"a", 404, id="404"
        ),
        pytest.param(POST % b"/tts" + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"a", 400, id="no chunk"),
        pytest.param(b"GARBAGE\r\n\r\n", b"a", 400, id="no request"),
        pytest.param(b"GET / HTTP/1.1\r\n", b"X: %s\r\n", 431, id="header fields"),
    ],
)
def test_a_refusal_arrives_although_the_client_still_sends(head: bytes, piece: bytes, status: int) -> None:
    part = piece % (b"a" * 65536) if b"%" in piece else piece * 65536

    async def main() -> None:
        async with served() as server:
            reader, writer = await opened(server, head)
            for _ in range(512):  # more than all buffers on the way hold; a reset would be an error here
                writer.write(part)
                await writer.drain()
            assert (await answered(reader))[0] == status
            assert await reader.read() == b""
            writer.close()

    run(main)


SLOW = b"GET /tts?text=Hi. HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("before", [GET, GET * 3, SLOW + GET], ids=["one", "several", "slow"])
def test_what_is_no_request_in_a_packet_with_others_is_told_once_and_quietly(
    before: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with served() as server:
            reader, writer = await opened(server, before + b"GARBAGE\r\n\r\n")
            assert (await answered(reader))[0] == 400
            assert await reader.read() == b""
            writer.close()

    run(main)
    assert "Traceback" not in caplog.text


def test_who_sends_a_request_at_once_is_served_in_a_flood_of_connections() -> None:
    async def main() -> None:
        async with served(config=config_of("one", connections=3)) as server:
            opened_together = await asyncio.gather(
                *(opened(server, GET if number == 0 else b"GET / HT") for number in range(100))
            )
            assert (await answered(opened_together[0][0]))[0] == 200
            dropped = [asyncio.create_task(is_dropped(reader)) for reader, _ in opened_together[1:]]
            while sum(each.done() for each in dropped) < 96:
                await asyncio.sleep(0.01)
            for each in dropped:
                each.cancel()
            for _, writer in opened_together:
                writer.close()

    run(main)


def test_what_is_no_request_behind_one_that_is_being_answered_ends_both_quietly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=30)
        async with served(pool) as server:
            reader, writer = await opened(server, SLOW)
            while not pool.running.total():
                await asyncio.sleep(0)
            writer.write(b"GARBAGE\r\n\r\n")
            assert (await answered(reader))[0] == 400
            while pool.running.total():
                await asyncio.sleep(0.001)
            writer.close()

    run(main)
    assert "Traceback" not in caplog.text


def test_there_are_never_many_more_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "_MOST_IN_A_MOMENT", 5)
    monkeypatch.setattr(http_protocol, "_MOMENT_S", 60)

    async def main() -> None:
        async with served(config=config_of("one", connections=3)) as server:
            slow = [await opened(server, b"GET / HT") for _ in range(10)]
            assert await is_dropped(slow[0][0])
            assert await is_dropped(slow[1][0])
            assert not slow[2][0].at_eof()
            for _, writer in slow:
                writer.close()

    run(main)


def test_of_requests_whose_body_does_not_come_the_oldest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_state, "_MOMENT_S", 0.0)

    async def main() -> None:
        async with served(config=config_of("one", connections=3)) as server:
            begin = b"POST /tts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
            half = [await opened(server, begin) for _ in range(3)]
            async with server.client() as client:
                assert (await client.get("/voices")).status_code == 200
            assert await is_dropped(half[0][0])
            assert not half[2][0].at_eof()
            half[2][1].write(b'"a":1}  ')
            assert (await answered(half[2][0]))[0] == 400
            for _, writer in half:
                writer.close()

    run(main)


HANDSHAKE = b"GET /stream-tokens HTTP/1.1\r\n" + UPGRADE + KEY + b"\r\n"
STREAM = b"GET /tts/stream?text=One+is+here.&format=pcm HTTP/1.1\r\nHost: localhost\r\n\r\n"
LONG = b"GET /tts?format=pcm&text=%s HTTP/1.1\r\nHost: localhost\r\n\r\n" % (b"One+is+here.+" * 1000)


@pytest.mark.parametrize(
    ("before", "apart"),
    [
        pytest.param(SLOW, False, id="no answer yet"),
        pytest.param(SLOW, True, id="no answer yet, apart"),
        pytest.param(STREAM, False, id="a stream"),
        pytest.param(STREAM, True, id="a stream that has begun"),
        pytest.param(GET + STREAM, False, id="several"),
        pytest.param(GET + STREAM, True, id="several, apart"),
        pytest.param(STREAM + GET, False, id="others that wait"),
    ],
)
def test_a_handshake_behind_a_running_answer_ends_both(
    before: bytes, apart: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=30)
        async with served(pool) as server:
            reader, writer = await opened(server, before + (b"" if apart else HANDSHAKE))
            if apart:
                while not pool.running.total():
                    await asyncio.sleep(0.001)
                writer.write(HANDSHAKE)
            assert b" 101 " not in await reader.read()
            while pool.running.total() or server.service.open_speeches:
                await asyncio.sleep(0.001)
            writer.close()

    run(main)
    assert "Traceback" not in caplog.text


def test_a_handshake_behind_an_answer_that_nobody_has_read_is_refused() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0)) as server:
            reader, writer = await opened(server, LONG)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(HANDSHAKE)
            assert b" 101 " not in await reader.read()
            writer.close()

    run(main)


@pytest.mark.parametrize("before", [b"", GET, GET * 2, GET.replace(b"health", b"nothing")])
def test_a_handshake_behind_complete_answers_is_accepted(before: bytes) -> None:
    async def main() -> None:
        async with served() as server:
            reader, writer = await opened(server, before)
            for _ in range(before.count(b"GET")):
                await answered(reader)
            writer.write(HANDSHAKE)
            assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
            writer.close()

    run(main)


CHUNKED = POST % b"/tts" + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        pytest.param(b"2\r\n{}\r\n0\r\nX: ", b"x", id="trailer value"),
        pytest.param(b"2\r\n{}\r\n0\r\n", b"x", id="trailer name"),
        pytest.param(b"2\r\n{}\r\n0\r\n", b"X: %s\r\n" % (b"x" * 1000), id="trailer fields"),
        pytest.param(b"2;", b"x", id="chunk extension"),
    ],
)
def test_what_surrounds_a_body_has_a_limit(begin: bytes, piece: bytes) -> None:
    async def main() -> None:
        async with served() as server:
            reader, writer = await opened(server, CHUNKED + begin)
            answer = asyncio.create_task(answered(reader))
            while not answer.done():
                writer.write(piece * (65536 // len(piece)))
                await writer.drain()
                await asyncio.sleep(0)
            status, body = await answer
            assert (status, json.loads(body)["code"]) == (431, "head_too_large")
            writer.close()

    run(main)


def test_a_trailer_and_chunk_extensions_within_the_limit_are_read() -> None:
    async def main() -> None:
        async with served() as server:
            chunk = b"1;a=" + b"x" * 40_000 + b"\r\n%b\r\n"
            body = b"".join(chunk % bytes([each]) for each in b'{"text":""}')
            trailer = b"0\r\nX: " + b"x" * 50_000 + b"\r\n\r\n"
            reader, writer = await opened(server, CHUNKED + body + trailer + GET)
            assert json.loads((await answered(reader))[1])["code"] == "invalid_field"
            assert (await answered(reader))[0] == 200
            writer.close()

    run(main)


OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
NO_TEXT = b'{"text":""}'


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        pytest.param(
            b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n" + OFFER + b"\r\n", "not_found", id="GET"
        ),
        pytest.param(
            POST % b"/tts" + OFFER + b"Content-Length: %d\r\n\r\n" % len(NO_TEXT) + NO_TEXT,
            "invalid_field",
            id="POST",
        ),
        pytest.param(
            POST % b"/tts"
            + OFFER
            + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(NO_TEXT)
            + NO_TEXT
            + b"\r\n0\r\n\r\n",
            "invalid_field",
            id="chunked",
        ),
        pytest.param(
            POST % b"/tts" + OFFER + b"Content-Length: 30000\r\n\r\n" + NO_TEXT.ljust(30_000),
            "invalid_field",
            id="in several parts",
        ),
    ],
)
@pytest.mark.parametrize("apart", [False, True], ids=["together", "apart"])
def test_an_upgrade_that_is_not_known_is_ignored(request_: bytes, code: str, apart: bool) -> None:
    async def main() -> None:
        async with served() as server:
            head, end, body = request_.partition(b"\r\n\r\n")
            reader, writer = await opened(server, head + end)
            if apart:
                await asyncio.sleep(0.01)
            writer.write(body + request_ + GET)
            for _ in range(2):
                assert json.loads((await answered(reader))[1])["code"] == code
            assert (await answered(reader))[0] == 200
            writer.write(HANDSHAKE)
            assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
            writer.close()

    run(main)


@pytest.mark.parametrize(
    "offer",
    [
        b"Upgrade: websocket, h2c\r\nConnection: Upgrade\r\n",
        b"Upgrade: h2c,WebSocket\r\nConnection: keep-alive, Upgrade\r\n",
        b"Upgrade: h2c\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
        b"Upgrade: websocket\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nConnection: keep-alive\r\n",
    ],
)
def test_a_websocket_may_be_offered_among_others(offer: bytes) -> None:
    async def main() -> None:
        async with served() as server:
            head = b"GET /stream-tokens HTTP/1.1\r\nHost: localhost\r\n"
            reader, writer = await opened(server, head + offer + KEY + b"\r\n")
            assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
            writer.close()

    run(main)
