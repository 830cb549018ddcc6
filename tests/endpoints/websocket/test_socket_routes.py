"""The WebSockets' addresses, with a slash at their end or without, and what HTTP is told there."""

from __future__ import annotations

import pytest

from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import converse, listen, run, served


@pytest.mark.parametrize("slash", ["", "/"])
def test_both_sockets_are_there_with_and_without_a_slash(slash: str) -> None:
    async def main() -> None:
        async with served() as server:
            async with server.connect(f"/stream-tokens{slash}?v=2") as socket:
                told = await converse(socket, {"token": "One is here. "}, {"done": True})
                assert (told.audio, told.close_code) == (pcm_of("One is here."), 1000)
            async with server.connect(f"/stream{slash}?text=One+is+here.") as socket:
                told = await listen(socket)
                assert (told.audio, told.close_code) == (pcm_of("One is here."), 1000)

    run(main)


@pytest.mark.parametrize("path", ["/stream-tokens", "/stream-tokens/", "/stream?text=Hi", "/stream/"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
def test_a_request_that_is_no_websocket_is_told_to_become_one(path: str, method: str) -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.request(method, path)
            assert answer.status_code == 426
            assert answer.headers["Upgrade"] == "websocket"
            assert "Upgrade" in answer.headers["Connection"]
            if method != "HEAD":
                assert answer.json()["code"] == "upgrade_required"
            assert (await client.get("/health")).status_code == 200  # on the same connection

    run(main)


@pytest.mark.parametrize("prefix", ["", "/voice"])
def test_it_is_told_so_in_a_sentence_behind_a_proxy_too(prefix: str) -> None:
    async def main() -> None:
        async with served(root_path="/voice") as server, server.client() as client:
            answer = await client.get(f"{prefix}/stream-tokens")
        assert answer.status_code == 426
        assert "WebSocket" in answer.json()["error"]

    run(main)
