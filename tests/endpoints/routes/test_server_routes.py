"""`GET /`: JSON for programs, the page for people."""

from __future__ import annotations

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import run, served
from voice_server.endpoints.http.content_negotiation import prefers_html

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        (BROWSER, True),
        ("TEXT/HTML", True),
        ("text/html;q=0.5, application/json;q=0.4", True),
        ("*/*", False),
        ("", False),
        ("application/json", False),
        ("application/json, text/html;q=0.9", False),
        ("text/html;q=0", False),
        ("text/html;q=much", False),
    ],
)
def test_a_page_is_for_whoever_likes_html_best(accept: str, is_page: bool) -> None:
    assert prefers_html(accept) is is_page


def test_a_program_is_told_what_there_is_and_a_browser_gets_the_page() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(("one", "two"))) as server, server.client() as client:
            system = (await client.get("/")).json()
            page = await client.get("/", headers={"Accept": BROWSER})
            for path in system["endpoints"].values():
                if path != "/stream-tokens":
                    assert (await client.get(path)).status_code == 200, path
        assert system["name"] == "voice-server"
        assert system["backends"] == ["one", "two"]
        assert (system["default_backend"], system["voices"], system["status"]) == ("one", 4, "ok")
        assert page.headers["Content-Type"].startswith("text/html")

    run(main)


def test_a_server_whose_default_backend_is_down_says_so() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(down={"one"})) as server, server.client() as client:
            assert (await client.get("/")).json()["status"] == "degraded"
            assert (await client.get("/health")).status_code == 503

    run(main)
