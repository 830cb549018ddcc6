"""`GET /`: JSON for programs, the page for people."""

from __future__ import annotations

from pathlib import Path

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import run, served
from tests.natural_engines import natural_config
from voice_server.pool.worker_pool import BackendState

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


def test_with_auto_everything_that_is_told_follows_the_engine_that_speaks_now(tmp_path: Path) -> None:
    async def main() -> None:
        pool = ArithmeticPool(("plain", "best"), down={"best"}, down_state=BackendState.NOT_SET_UP)
        config = natural_config(tmp_path, (("best", 100),))
        async with served(pool, config) as server, server.client() as client:
            for speaking in ("plain", "best"):
                health = await client.get("/health")
                assert (health.status_code, health.json()["default_backend"]) == (200, speaking)
                assert (await client.get("/")).json()["default_backend"] == speaking
                assert (await client.get("/voices")).json()["default_backend"] == speaking
                answer = await client.post("/v1/audio/speech", json={"input": "Hi.", "voice": "alba"})
                assert answer.status_code == 200
                assert pool.rendered[-1].backend == speaking
                pool.down.clear()  # it has been set up

    run(main)


def test_a_server_whose_default_backend_is_down_says_so() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(down={"one"})) as server, server.client() as client:
            assert (await client.get("/")).json()["status"] == "degraded"
            assert (await client.get("/health")).status_code == 503

    run(main)


def test_a_server_whose_default_backend_is_unloaded_is_well() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(unloaded={"one"})) as server, server.client() as client:
            answer = await client.get("/health")
            assert (answer.status_code, answer.json()["status"]) == (200, "ok")
            assert answer.json()["backends"]["one"]["state"] == "unloaded"
            assert (await client.get("/tts/health")).status_code == 200

    run(main)


def test_a_backend_says_which_languages_its_set_up_left_out_and_how_to_get_them() -> None:
    told = {"ja": "Japanese needs packages; run: voice-server setup one --with ja"}

    async def main() -> None:
        async with served(ArithmeticPool(("one",), left_out=told)) as server, server.client() as client:
            assert (await client.get("/health")).json()["backends"]["one"]["left_out"] == told
            answer = await client.post("/v1/audio/speech", json={"input": "Hi.", "voice": "jf_alpha"})
            assert (answer.status_code, answer.json()["error"]["message"]) == (400, told["ja"])
        async with served(ArithmeticPool(("one",))) as server, server.client() as client:
            assert "left_out" not in (await client.get("/health")).json()["backends"]["one"]

    run(main)
