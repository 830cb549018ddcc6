"""Live, ready and started are different answers, and anybody may ask."""

from __future__ import annotations

import httpx
import pytest

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.endpoints.serving import Served, run, served


async def asked(server: Served, **headers: str) -> dict[str, tuple[int, str]]:
    async with server.client() as client:
        answers = {path: await client.get(path, headers=headers) for path in ("/live", "/ready", "/started")}
    return {path: (each.status_code, each.json()["status"]) for path, each in answers.items()}


def test_a_server_that_speaks_is_live_ready_and_started() -> None:
    async def main() -> None:
        async with served() as server:
            assert set((await asked(server)).values()) == {(200, "ok")}

    run(main)


def test_one_that_has_never_spoken_is_live_and_one_that_speaks_no_more_has_started_all_the_same() -> None:
    async def main() -> None:
        pool = ArithmeticPool(down={"one"})
        async with served(pool) as server:
            never = {"/live": (200, "ok"), "/ready": (503, "down"), "/started": (503, "starting")}
            assert await asked(server) == never
            pool.down.clear()
            assert set((await asked(server)).values()) == {(200, "ok")}
            pool.down.add("one")
            assert await asked(server) == {**never, "/started": (200, "ok")}

    run(main)


def test_one_that_drains_is_live_and_not_ready() -> None:
    async def main() -> None:
        async with served() as server:
            server.state.is_draining = True
            assert await asked(server) == {
                "/live": (200, "ok"),
                "/ready": (503, "draining"),
                "/started": (200, "ok"),
            }

    run(main)


@pytest.mark.parametrize(("down", "unloaded"), [({"one"}, set[str]()), (set[str](), {"one"})])
def test_one_whose_fallback_speaks_or_whose_backend_is_unloaded_is_ready(
    down: set[str], unloaded: set[str]
) -> None:
    async def main() -> None:
        pool = ArithmeticPool(("one", "two"), down=down, unloaded=unloaded)
        async with served(pool, config_of("one", "two", fallback="two")) as server:
            assert set((await asked(server)).values()) == {(200, "ok")}

    run(main)


def test_they_need_no_token_and_no_name_of_the_server_and_get_room() -> None:
    async def main() -> None:
        config = config_of("one", connections=1)
        async with served(config=config, token="secret") as server:
            mine = {"Authorization": "Bearer secret"}
            async with server.connect(additional_headers=mine):
                assert set((await asked(server, host="10.0.0.7:8000")).values()) == {(200, "ok")}
                async with server.client() as client:
                    assert (await client.get("/health")).status_code == 401
                    assert (await client.get("/health", headers={"host": "10.0.0.7"})).status_code == 421
                    assert (await client.head("/live")).status_code == 200
                    assert (await client.post("/live")).status_code == 401

    run(main)


def test_a_page_of_another_origin_learns_nothing() -> None:
    async def main() -> None:
        async with served() as server, httpx.AsyncClient() as client:
            answer = await client.get(
                f"http://127.0.0.1:{server.port}/ready", headers={"Origin": "https://evil.example"}
            )
            assert answer.status_code == 403

    run(main)
