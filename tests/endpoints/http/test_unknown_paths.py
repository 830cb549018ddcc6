"""Where nothing is, a slash more or less leads to what there is, through any proxy; else 404."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
import websockets

from tests.endpoints.serving import run, served


@pytest.mark.parametrize("root_path", ["", "/voice"])
@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("/voices/", "/voices"),
        ("/voices/?backend=one&x=%20", "/voices?backend=one&x=%20"),
        ("/docs/", "/docs"),
        ("/page/", "/page"),
        ("/v1/models//", "/v1/models"),
        ("/voices/one/a%20b/preview/", "/voices/one/a%20b/preview"),
    ],
)
def test_a_redirect_names_neither_host_nor_scheme_and_keeps_the_query(
    asked: str, right: str, root_path: str
) -> None:
    async def main() -> None:
        async with served(root_path=root_path) as server, server.client() as client:
            answer = await client.get(asked, headers={"Host": "localhost:9"})
            assert (answer.status_code, answer.headers["Location"]) == (307, root_path + right)
            shown = urljoin("https://speech.example:8443" + root_path + asked, answer.headers["Location"])
            assert shown == "https://speech.example:8443" + root_path + right

    run(main)


def test_a_redirect_keeps_the_method_and_the_body() -> None:
    async def main() -> None:
        async with served() as server, server.client(follow_redirects=True) as client:
            answer = await client.post("/v1/audio/speech/", json={"input": "Hi.", "response_format": "wav"})
            assert (answer.status_code, answer.content[:4]) == (200, b"RIFF")

    run(main)


def test_the_root_path_itself_leads_to_the_page() -> None:
    async def main() -> None:
        async with served(root_path="/voice") as server, server.client() as client:
            answer = await client.get("/voice", headers={"Accept": "text/html"})
            assert (answer.status_code, answer.headers["Location"]) == (307, "/voice/")

    run(main)


@pytest.mark.parametrize(
    "path", ["/nothing", "/nothing/", "//", "//evil.example/", "/voices%2F", "/health/x"]
)
def test_what_does_not_exist_is_said_in_one_sentence(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.get(f"http://127.0.0.1:{server.port}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    run(main)


@pytest.mark.parametrize("path", ["/", "/nothing", "/health", "/v1", "/stream-tokens/x", "/page/main.js"])
def test_a_websocket_to_nowhere_gets_the_same_sentence(path: str) -> None:
    async def main() -> None:
        async with served() as server:
            with pytest.raises(websockets.InvalidStatus) as caught:
                async with server.connect(path):
                    pass
        response = caught.value.response
        assert response.status_code == 404
        assert b"there is nothing at this address" in response.body

    run(main)
