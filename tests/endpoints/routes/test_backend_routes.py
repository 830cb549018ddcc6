"""`POST /backends/{name}/unload` and `/load`."""

from __future__ import annotations

import asyncio

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import run, served


def test_a_backend_is_unloaded_and_loaded_and_each_answer_says_how_it_is() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(("one", "two"))) as server, server.client() as client:
            unloaded = await client.post("/backends/two/unload")
            assert (unloaded.status_code, server.pool.unloaded) == (200, {"two"})
            assert unloaded.json()["name"] == "two"
            assert (unloaded.json()["state"], unloaded.json()["speaks"]) == ("unloaded", True)
            health = (await client.get("/health")).json()["backends"]
            assert (health["one"]["state"], health["two"]["state"]) == ("up", "unloaded")
            loaded = await client.post("/backends/two/load")
            assert (loaded.status_code, loaded.json()["state"]) == (200, "up")

    run(main)


def test_a_backend_that_is_not_there_is_404_with_those_that_are() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(("one", "two"))) as server, server.client() as client:
            for what in ("load", "unload"):
                answer = await client.post(f"/backends/oen/{what}")
                assert (answer.status_code, answer.json()["code"]) == (404, "unknown_backend")
                assert answer.json()["error"] == (
                    "unknown backend 'oen'; did you mean one; there are 2: one, two"
                )

    run(main)


def test_a_backend_that_speaks_is_409_and_one_that_cannot_run_503() -> None:
    async def main() -> None:
        pool = ArithmeticPool(("one", "two"), frame_s=1.0, down={"two"})
        async with served(pool) as server, server.client() as client:
            speaking = asyncio.create_task(client.post("/tts", json={"text": "Hello there."}))
            while not pool.running["one"]:
                await asyncio.sleep(0)
            answer = await client.post("/backends/one/unload")
            assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
            assert "one is speaking" in answer.json()["error"]
            down = await client.post("/backends/two/load")
            assert (down.status_code, down.json()["code"]) == (503, "backend_down")
            speaking.cancel()

    run(main)


def test_nobody_without_the_token_may_unload() -> None:
    async def main() -> None:
        async with served(token="secret") as server, server.client() as client:
            assert (await client.post("/backends/one/unload")).status_code == 401
            mine = {"Authorization": "Bearer secret"}
            assert (await client.post("/backends/one/unload", headers=mine)).status_code == 200

    run(main)
