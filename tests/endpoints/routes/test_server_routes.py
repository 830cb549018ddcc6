"""`GET /`: JSON for programs, the page for people."""

from __future__ import annotations

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import run, served

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_a_program_is_told_what_there_is_and_a_browser_gets_the_page() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(("one", "two"))) as server, server.client() as client:
            system = (await client.get("/")).json()
            page = await client.get("/", headers={"Accept": BROWSER})
            for path in system["endpoints"].values():
                expected = 426 if path == "/stream-tokens" else 200
                assert (await client.get(path)).status_code == expected, path
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
