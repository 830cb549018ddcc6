"""The files of deploy/proxies in the real programs.

Streams are not held back, WebSockets pass, a hang-up gets through, and under a path everything is found where
the server says.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
import websockets

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.deploy.reverse_proxies import NAME, PROXIES, ReverseProxy, proxied
from tests.endpoints.serving import converse, run, served

EVERY = pytest.mark.parametrize("proxy", PROXIES, ids=lambda proxy: proxy.file)
UNDER_A_PATH = pytest.mark.parametrize(
    "proxy", [each for each in PROXIES if each.root_path], ids=lambda proxy: proxy.file
)


def request(root: str, text: str) -> bytes:
    body = f'{{"text":"{text}","format":"pcm"}}'.encode()
    head = f"POST {root}/tts/stream HTTP/1.1\r\nHost: {NAME}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@EVERY
def test_the_first_sound_passes_before_the_second_exists(tmp_path: Path, proxy: ReverseProxy) -> None:
    async def main() -> None:
        pool, root = ArithmeticPool(frame_s=0.0), proxy.root_path
        async with (
            served(pool, hosts=[NAME], root_path=root) as server,
            proxied(tmp_path, proxy, server.port) as port,
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            pool.frame_s = 0.2
            writer.write(request(root, "One is here. Two is here."))
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"200 OK" in head
            assert b"audio/pcm" in head
            assert re.search(rb"(?i)transfer-encoding: chunked", head)
            size = int(await reader.readline(), 16)
            first = await reader.readexactly(size)
            assert pcm_of("One is here.").startswith(first)
            assert server.service.open_speeches == 1  # it has not been spoken to its end
            writer.close()

    run(main)


@EVERY
def test_a_hang_up_reaches_the_server_through_the_proxy(tmp_path: Path, proxy: ReverseProxy) -> None:
    async def main() -> None:
        pool, root = ArithmeticPool(frame_s=30.0), proxy.root_path
        async with (
            served(pool, hosts=[NAME], root_path=root) as server,
            proxied(tmp_path, proxy, server.port) as port,
        ):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request(root, "Hello world."))
            while not pool.running.total():
                await asyncio.sleep(0.01)
            writer.transport.abort()
            while pool.running.total():
                await asyncio.sleep(0.01)
            assert pool.stopped == ["Hello world."]

    run(main)


@EVERY
def test_websockets_of_its_own_name_s_pages_pass_and_of_no_other(tmp_path: Path, proxy: ReverseProxy) -> None:
    async def main() -> None:
        root, own = proxy.root_path, websockets.Origin(f"https://{NAME}")
        url, other = f"ws://{NAME}{root}/stream-tokens", websockets.Origin("https://evil.example")
        async with (
            served(hosts=[NAME], origins=[own], root_path=root) as server,
            proxied(tmp_path, proxy, server.port) as port,
        ):
            where: dict[str, Any] = {"host": "127.0.0.1", "port": port, "compression": None}
            async with websockets.connect(url, **where, origin=own) as socket:
                told = await converse(socket, {"token": "One is here. "}, {"done": True})
            with pytest.raises(websockets.InvalidStatus) as refused:
                await websockets.connect(url, **where, origin=other)
        assert told.audio == pcm_of("One is here.")
        assert told.close_code == 1000
        assert refused.value.response.status_code == 403

    run(main)


@UNDER_A_PATH
def test_under_a_path_everything_is_found_where_the_server_says(tmp_path: Path, proxy: ReverseProxy) -> None:
    async def main() -> None:
        async with (
            served(hosts=[NAME], root_path="/voice") as server,
            proxied(tmp_path, proxy, server.port) as port,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"Host": NAME}) as client,
        ):
            slash = await client.get("/voice", headers={"Accept": "text/html"})
            assert urljoin(str(slash.url), slash.headers["Location"]).endswith("/voice/")
            for path in ("/voice/", "/voice/page", "/voice/docs"):
                shown = await client.get(path, headers={"Accept": "text/html"})
                links = re.findall(r'(?:src|href)="([^"#]+)"', shown.text)
                assert shown.status_code == 200
                assert links
                for link in links:
                    assert (await client.get(urljoin(str(shown.url), link))).status_code == 200, link
            document = (await client.get("/voice/openapi.json")).json()
            prefix = document["servers"][0]["url"]
            assert (await client.get(f"{prefix}/health")).status_code == 200
            redirect = await client.get("/voice/voices/?backend=one")
            voices = await client.get(urljoin(str(redirect.url), redirect.headers["Location"]))
            for voice in voices.json()["voices"]:
                assert (await client.get(voice["preview"])).content[:4] == b"RIFF"

    run(main)
