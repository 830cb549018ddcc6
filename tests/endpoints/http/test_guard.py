"""Who may talk to the server: hosts, origins, token and the number of connections."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
import websockets

from tests.arithmetic_pool import config_of
from tests.endpoints.serving import Served, converse, listen, run, served


async def get(server: Served, path: str = "/health", **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(f"http://127.0.0.1:{server.port}{path}", headers=headers)


async def refusal(server: Served, **options: Any) -> int:
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with server.connect(**options):
            pass
    return caught.value.response.status_code


def test_the_names_of_this_machine_are_welcome_and_no_other() -> None:
    async def main() -> None:
        async with served() as server:
            for host in ("localhost", "LocalHost.", "127.0.0.1:1", "127.0.0.2:1", "[::1]:8000"):
                assert (await get(server, host=host)).status_code == 200
            for host in ("evil.example", "127.0.0.1.evil.example", "", "[", "localhost.evil.example:80"):
                answer = await get(server, host=host)
                assert (answer.status_code, answer.json()["code"]) == (421, "unknown_host")

    run(main)


async def bare(server: Served, head: bytes) -> bytes:
    """What the server sends for a request head that no library would write, until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head + b"\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /health HTTP/1.0", 200),
        (b"GET /health HTTP/1.0\r\nHost: localhost", 200),
        (b"GET /health HTTP/1.0\r\nHost: evil.example", 421),
        (b"GET /health HTTP/1.0\r\nHost:", 421),
        (b"GET /health HTTP/1.0\r\nOrigin: https://evil.example", 403),
        (b"GET /health HTTP/1.1\r\nConnection: close", 421),
    ],
)
def test_only_http_1_0_needs_no_host_and_only_on_this_machine(head: bytes, status: int) -> None:
    async def main() -> None:
        async with served() as server:
            assert (await bare(server, head)).split()[1] == str(status).encode()

    run(main)


def test_a_configured_name_is_welcome_too() -> None:
    async def main() -> None:
        async with served(hosts=["speech.home"]) as server:
            assert (await get(server, host="speech.home:8000")).status_code == 200
        async with served(hosts=["*"]) as server:
            assert (await get(server, host="anything")).status_code == 200

    run(main)


def test_pages_of_other_origins_are_refused_before_the_upgrade() -> None:
    async def main() -> None:
        async with served(origins=["https://mine.example"]) as server:
            for origin in ("https://evil.example", "null", "http://127.0.0.1.evil.example", "file://"):
                assert await refusal(server, origin=origin) == 403
                assert (await get(server, origin=origin)).status_code == 403
            for origin in ("http://localhost:3000", "https://mine.example"):
                async with server.connect(origin=origin) as socket:
                    assert (await converse(socket, {"done": True})).close_code == 1000

    run(main)


def test_a_token_opens_the_door_in_a_header_or_in_the_url() -> None:
    async def main() -> None:
        async with served(token="secret") as server:
            assert (await get(server)).status_code == 401
            assert (await get(server, authorization="Bearer wrong")).status_code == 401
            assert (await get(server, authorization="bearer secret")).status_code == 200
            assert await refusal(server) == 401
            async with server.connect("/stream-tokens?token=secret") as socket:
                assert (await converse(socket, {"done": True})).close_code == 1000

    run(main)


def test_beyond_the_limit_a_connection_is_told_that_there_is_no_room() -> None:
    async def main() -> None:
        limited = config_of("one", connections=2)
        async with served(config=limited) as server, server.connect() as one, server.connect() as other:
            for socket in one, other:
                await socket.send(json.dumps({"v": 2, "token": "This turn stays open", "pause": True}))
                while b"paused" not in await socket.recv(decode=False):
                    pass
            assert await refusal(server) == 503
            assert (await get(server, "/voices")).json()["code"] == "busy"
            assert (await get(server)).status_code == 200, "how the server is can always be asked"
            await converse(one, {"resume": True, "done": True})
            while (await get(server, "/voices")).status_code == 503:
                await asyncio.sleep(0)
            async with server.connect() as socket:
                assert (await converse(socket, {"done": True})).close_code == 1000

    run(main)


def test_connections_that_ask_for_nothing_keep_nobody_out() -> None:
    async def main() -> None:
        limited = config_of("one", connections=3)
        async with served(config=limited) as server:
            idle = [await server.connect() for _ in range(3)]
            assert (await get(server, "/voices")).status_code == 200
            async with server.connect("/stream-tokens?v=2") as socket:
                await socket.send(json.dumps({"token": "Hello.", "pause": True}))
                told = await listen(idle[0])
                assert (await converse(socket, {"resume": True}, {"done": True})).close_code == 1000
            assert (told.close_code, [error["code"] for error in told.of("error")]) == (1013, ["busy"])
            for each in idle:
                await each.close()

    run(main)


def test_the_page_is_open_to_those_who_have_the_token_still_to_type() -> None:
    async def main() -> None:
        async with served(token="sesam") as server, httpx.AsyncClient() as client:
            base = f"http://127.0.0.1:{server.port}"
            for path in ("/page", "/page/main.js"):
                assert (await client.get(base + path)).status_code == 200
            html, system = {"accept": "text/html"}, {"accept": "application/json, text/html;q=0.1"}
            assert (await client.get(base + "/", headers=html)).status_code == 200
            assert (await client.get(base + "/", headers=system)).status_code == 401
            assert (await client.post(base + "/page", headers=html)).status_code == 401
            assert (await client.get(base + "/voices", headers=html)).status_code == 401

    run(main)


def test_a_browser_sends_the_token_as_a_sub_protocol() -> None:
    def offering(token: str) -> list[websockets.Subprotocol]:
        return [websockets.Subprotocol("voice-server"), websockets.Subprotocol("token." + token)]

    async def main() -> None:
        async with served(token="sesam öffne") as server:
            async with server.connect(subprotocols=offering("sesam öffne".encode().hex())) as socket:
                assert socket.subprotocol == "voice-server"
                assert (await converse(socket, {"done": True})).close_code == 1000
            for wrong in (b"sesam".hex(), "nothex", "ff", ""):
                assert await refusal(server, subprotocols=offering(wrong)) == 401

    run(main)


def preflight(origin: str) -> dict[str, str]:
    return {"origin": origin, "access-control-request-method": "POST"}


@pytest.mark.parametrize(
    ("allowed", "origin", "is_welcome"),
    [
        (["*"], "https://example.com", True),
        (["*"], "null", True),
        (["https://Example.com:443/"], "https://example.com", True),
        (["tauri://localhost"], "tauri://localhost", True),
        ([], "tauri://localhost", False),
        ([], "capacitor://localhost", False),
        ([], "chrome-extension://localhost", False),
        ([], "file://localhost", False),
        ([], "http://LOCALHOST", True),
        ([], "https://127.0.0.1:3000", True),
        ([], "http://127.0.0.2", True),
        ([], "https://example.com", False),
        ([], "null", False),
    ],
)
def test_a_preflight_and_the_request_behind_it_get_the_same_answer(
    allowed: list[str], origin: str, is_welcome: bool
) -> None:
    async def main() -> None:
        async with served(origins=allowed) as server, server.client() as client:
            asked = await client.options("/tts/stream", headers=preflight(origin))
            answer = await get(server, origin=origin)
            assert asked.is_success is is_welcome
            assert answer.is_success is is_welcome
            for each in (asked, answer):
                allowed_origin = each.headers.get("access-control-allow-origin")
                assert (allowed_origin == origin) is is_welcome

    run(main)


def test_pages_of_every_origin_may_embed_sound_where_all_are_allowed() -> None:
    async def main() -> None:
        embedded = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
        async with served() as server:
            assert (await get(server, **embedded)).status_code == 403
        async with served(origins=["*"]) as server:
            assert (await get(server, **embedded)).status_code == 200

    run(main)
