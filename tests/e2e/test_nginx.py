"""docs/nginx.conf in a real nginx: streams are not held back, WebSockets pass, a hang-up gets through."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
import websockets

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import Served, converse, run, served

EXAMPLE = Path(__file__).parents[2] / "docs" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
NAME = "speech.example"
AT_THE_ROOT = ("    location / {", "        proxy_pass http://voice_server;")

pytestmark = pytest.mark.skipif(NGINX is None, reason="there is no nginx")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def configuration(folder: Path, port: int, server_port: int, location: tuple[str, str]) -> Path:
    """The example with these ports and this location, inside what a distribution's nginx.conf adds."""
    example = EXAMPLE.read_text()
    assert "listen 80;" in example
    assert "server 127.0.0.1:8000;" in example
    adapted = example.replace("listen 80;", f"listen 127.0.0.1:{port};").replace(
        "127.0.0.1:8000", f"127.0.0.1:{server_port}"
    )
    for written, wanted in zip(AT_THE_ROOT, location, strict=True):
        assert f"\n{written}\n" in adapted
        adapted = adapted.replace(f"\n{written}\n", f"\n{wanted}\n")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))  # fmt: skip
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log stderr warn;"
        f"events {{}} http {{ access_log off; {temporary} {adapted} }}"
    )
    return file


@asynccontextmanager
async def proxied(
    folder: Path, server: Served, location: tuple[str, str] = AT_THE_ROOT
) -> AsyncIterator[int]:
    assert NGINX is not None
    port = free_port()
    file = configuration(folder, port, server.port, location)
    process = await asyncio.create_subprocess_exec(
        *(NGINX, "-p", str(folder), "-c", str(file), "-e", "stderr"),
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"]},
    )
    try:
        await listening_on(port, process)
        yield port
    finally:
        process.terminate()
        await process.communicate()


async def listening_on(port: int, process: asyncio.subprocess.Process) -> None:
    """Return when nginx takes connections. Fails with what it says when it will not."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            if process.returncode is not None:
                pytest.fail((await process.communicate())[1].decode())
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return


def request(text: str) -> bytes:
    body = f'{{"text":"{text}","format":"pcm"}}'.encode()
    return f"POST /tts/stream HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_the_first_sound_passes_before_the_second_exists(tmp_path: Path) -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.0)
        async with served(pool, hosts=[NAME]) as server, proxied(tmp_path, server) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            pool.frame_s = 0.2
            writer.write(request("One is here. Two is here."))
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


def test_a_hang_up_reaches_the_server_through_the_proxy(tmp_path: Path) -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=30.0)
        async with served(pool, hosts=[NAME]) as server, proxied(tmp_path, server) as port:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request("Hello world."))
            while not pool.running.total():
                await asyncio.sleep(0.01)
            writer.transport.abort()
            while pool.running.total():
                await asyncio.sleep(0.01)
            assert pool.stopped == ["Hello world."]

    run(main)


def test_websockets_pass(tmp_path: Path) -> None:
    async def main() -> None:
        url = f"ws://{NAME}/stream-tokens"
        async with (
            served(hosts=[NAME]) as server,
            proxied(tmp_path, server) as port,
            websockets.connect(url, host="127.0.0.1", port=port, compression=None) as socket,
        ):
            told = await converse(socket, {"token": "One is here. "}, {"done": True})
        assert told.audio == pcm_of("One is here.")
        assert told.close_code == 1000

    run(main)


@pytest.mark.parametrize("takes_off", [True, False], ids=["taken off", "left on"])
def test_under_a_path_everything_is_found_where_the_server_says(tmp_path: Path, *, takes_off: bool) -> None:
    location = (
        "    location /voice/ {",
        f"        proxy_pass http://voice_server{'/' if takes_off else ''};",
    )

    async def main() -> None:
        async with (
            served(hosts=[NAME], root_path="/voice") as server,
            proxied(tmp_path, server, location) as port,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
        ):
            for path in ("/voice/", "/voice/page", "/voice/docs"):
                shown = await client.get(path, headers={"Accept": "text/html"})
                for link in re.findall(r'(?:src|href)="([^"#]+)"', shown.text):
                    assert (await client.get(urljoin(str(shown.url), link))).status_code == 200, link
            document = (await client.get("/voice/openapi.json")).json()
            prefix = document["servers"][0]["url"]
            assert (await client.get(f"{prefix}/health")).status_code == 200
            redirect = await client.get("/voice/voices/?backend=one")
            voices = await client.get(urljoin(str(redirect.url), redirect.headers["Location"]))
            for voice in voices.json()["voices"]:
                assert (await client.get(voice["preview"])).content[:4] == b"RIFF"
            url = f"ws://{NAME}/voice/stream-tokens"
            async with websockets.connect(url, host="127.0.0.1", port=port, compression=None) as socket:
                assert (await converse(socket, {"done": True})).close_code == 1000

    run(main)
