"""Under a prefix everything is where it is without one, whether the proxy takes the prefix off or not."""

from __future__ import annotations

import re

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import converse, run, served
from voice_server.endpoints.http.root_path import checked_root_path
from voice_server.errors import ConfigError

BROWSER = {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("", ""),
        ("/", ""),
        ("/voice", "/voice"),
        ("/voice/", "/voice"),
        ("voice", "/voice"),
        ("/a/b-c", "/a/b-c"),
    ],
)
def test_a_root_path_is_brought_into_one_form(written: str, path: str) -> None:
    assert checked_root_path(written) == path


@pytest.mark.parametrize(
    "written", ["/a b", "/..", "/a/../b", "https://x.example/voice", "/a?b", "/a//b", "/\n"]
)
def test_what_is_no_path_is_an_error_that_shows_one(written: str) -> None:
    with pytest.raises(ConfigError, match="looks like /voice"):
        checked_root_path(written)


@pytest.mark.parametrize("arriving", ["", "/voice"], ids=["taken off", "left on"])
@pytest.mark.parametrize("token", [None, "secret"])
def test_routes_sockets_and_the_page_answer_under_the_prefix(arriving: str, token: str | None) -> None:
    async def main() -> None:
        known = {"Authorization": f"Bearer {token}"} if token else {}
        async with served(root_path="/voice/", token=token) as server, server.client(headers=known) as client:
            assert (await client.get(f"{arriving}/health")).status_code == 200
            assert "<html" in (await client.get(f"{arriving}/", headers=BROWSER)).text
            page = await client.get(f"{arriving}/page/main.js", headers={"Authorization": ""})
            assert page.status_code == 200
            assert "error" in (await client.get(f"{arriving}/v1/audio/speech")).json()["error"]["type"]
            path = f"{arriving}/stream-tokens"
            async with server.connect(path, additional_headers=known) as socket:
                told = await converse(socket, {"token": "One is here. "}, {"done": True})
            assert told.audio == pcm_of("One is here.")

    run(main)


def test_every_address_that_the_server_names_has_the_prefix() -> None:
    async def main() -> None:
        async with served(root_path="/voice") as server, server.client() as client:
            told = (await client.get("/")).json()["endpoints"]
            assert all(re.fullmatch("/voice/[a-z.-]+", path) for path in told.values())
            assert (await client.get("/openapi.json")).json()["servers"] == [{"url": "/voice"}]
            for voice in (await client.get("/voices")).json()["voices"]:
                assert voice["preview"].startswith("/voice/voices/")
                assert (await client.get(voice["preview"])).status_code == 200

    run(main)


def test_a_prefix_that_a_route_begins_with_is_taken_off_by_the_proxy_alone() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0)
        async with served(pool, root_path="/tts") as server, server.client() as client:
            assert (await client.post("/tts/stream", json={"text": "Hi."})).status_code == 200
            assert (await client.get("/health/")).headers["Location"] == "/tts/health"

    run(main)
