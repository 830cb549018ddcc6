"""What browsers may do: pages of allowed origins read answers, others get nothing."""

from __future__ import annotations

import pytest

from tests.endpoints.serving import run, served

MINE = "https://mine.example"


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:8000", "http://[::1]", MINE])
def test_a_page_of_an_allowed_origin_may_ask_and_read(origin: str) -> None:
    async def main() -> None:
        async with served(origins=[MINE], token="secret") as server, server.client() as client:
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST",
                     "Access-Control-Request-Headers": "content-type, authorization"}  # fmt: skip
            preflight = await client.options("/tts/stream", headers=asked)
            assert preflight.status_code == 200
            assert preflight.headers["Access-Control-Allow-Origin"] == origin
            assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
            assert "authorization" in preflight.headers["Access-Control-Allow-Headers"]
            headers = {"Origin": origin, "Authorization": "Bearer secret"}
            answer = await client.post("/tts/stream", json={"text": "Hi.", "voice": "nova"}, headers=headers)
            assert answer.headers["Access-Control-Allow-Origin"] == origin
            assert "X-Warning" in answer.headers["Access-Control-Expose-Headers"]
            assert "Access-Control-Allow-Credentials" not in answer.headers
            refused = await client.post("/tts", json={}, headers={"Origin": origin})
            assert refused.status_code == 401
            assert refused.headers["Access-Control-Allow-Origin"] == origin

    run(main)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "file://"]
)
def test_a_page_of_another_origin_may_neither_ask_nor_read(origin: str) -> None:
    async def main() -> None:
        async with served(origins=[MINE]) as server, server.client() as client:
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            assert "Access-Control-Allow-Origin" not in (await client.options("/tts", headers=asked)).headers
            answer = await client.post("/tts", json={"text": "Hi."}, headers={"Origin": origin})
            assert answer.status_code == 403
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert not server.pool.rendered

    run(main)


def test_no_answer_is_for_everybody() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            for headers in ({}, {"Origin": "http://localhost"}):
                answer = await client.get("/voices", headers=headers)
                assert answer.headers.get("Access-Control-Allow-Origin") != "*"

    run(main)


def test_what_a_page_elsewhere_embeds_is_refused_and_a_link_to_us_is_not() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            embedded = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
            assert (await client.get("/voices/one/alba/preview", headers=embedded)).status_code == 403
            followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
            assert (await client.get("/voices", headers=followed)).status_code == 200
            own = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors"}
            assert (await client.get("/voices", headers=own)).status_code == 200

    run(main)
