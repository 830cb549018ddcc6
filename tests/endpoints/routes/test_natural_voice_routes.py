"""`/natural-voice`: what is offered to whom, and a set-up that a person at the machine begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import Served, run, served
from tests.natural_engines import natural_config, set_up
from voice_server.config import Config
from voice_server.pool.worker_pool import BackendState


@dataclass
class FakeSetUp:
    """A set-up that ends when the test says so."""

    succeeded: bool | None = None

    def wait(self, timeout_s: float | None = None) -> bool | None:
        assert timeout_s == 0
        return self.succeeded


@dataclass
class SetUps:
    """Every set-up that was begun, by name."""

    begun: dict[str, FakeSetUp] = field(default_factory=dict)

    def begin(self, name: str) -> FakeSetUp:
        assert name not in self.begun
        self.begun[name] = FakeSetUp()
        return self.begun[name]


def pool() -> ArithmeticPool:
    return ArithmeticPool(
        ("plain", "best", "quick"), down={"best", "quick"}, down_state=BackendState.NOT_SET_UP
    )


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return natural_config(tmp_path)


async def offer_of(server: Served) -> Any:
    async with server.client() as client:
        return (await client.get("/natural-voice")).json()


def test_the_offer_has_the_sizes_and_the_recommended_engine_first(config: Config) -> None:
    async def main() -> None:
        async with served(pool(), config, begin_set_up=SetUps().begin) as server:
            offer = await offer_of(server)
        assert (offer["default_backend"], offer["may_set_up"], offer["problem"]) == ("plain", True, "")
        quick, best = offer["engines"]
        assert quick == {
            "backend": "quick",
            "languages": "English",
            "download_mb": 100,
            "disk_mb": 100,
            "sizes": "0.1 GB to download, about 20 s at 50 Mbit/s, 0.1 GB on the disk",
            "is_being_set_up": False,
        }
        assert best["backend"] == "best"

    run(main)


def test_a_set_up_is_begun_once_and_followed_to_its_end(config: Config) -> None:
    async def main() -> None:
        set_ups, workers = SetUps(), pool()
        async with (
            served(workers, config, begin_set_up=set_ups.begin) as server,
            server.client() as client,
        ):
            for _ in range(2):
                answer = await client.post("/natural-voice", json={"backend": "quick"})
                assert answer.status_code == 200
                assert [each["is_being_set_up"] for each in answer.json()["engines"]] == [True, False]
            set_ups.begun.pop("quick").succeeded = False
            failed = await offer_of(server)
            assert failed["problem"] == "quick could not be set up; to see why, run: voice-server setup quick"
            assert (await client.post("/natural-voice", json={"backend": "quick"})).json()["problem"] == ""
            set_up(config, "quick")
            set_ups.begun["quick"].succeeded = True
            workers.down.discard("quick")
            done = await offer_of(server)
            assert (done["default_backend"], done["engines"], done["problem"]) == ("quick", [], "")

    run(main)


@pytest.mark.parametrize("backend", ["plain", "nobody"])
def test_only_what_is_offered_can_be_set_up(config: Config, backend: str) -> None:
    async def main() -> None:
        async with served(pool(), config, begin_set_up=SetUps().begin) as server, server.client() as client:
            answer = await client.post("/natural-voice", json={"backend": backend})
            assert (answer.status_code, answer.json()["code"]) == (400, "unknown_backend")
            assert "there are 2: best, quick" in answer.json()["error"]

    run(main)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"X-Forwarded-Host": "speech.example"},
        {"CF-Connecting-IP": "203.0.113.7"},
        {"Host": "speech.example"},
    ],
)
def test_who_comes_through_a_proxy_or_under_another_name_begins_nothing(
    config: Config, headers: dict[str, str]
) -> None:
    async def main() -> None:
        set_ups = SetUps()
        async with (
            served(pool(), config, begin_set_up=set_ups.begin, hosts=["speech.example"]) as server,
            server.client(headers=headers) as client,
        ):
            assert (await client.get("/natural-voice")).json()["may_set_up"] is False
            answer = await client.post("/natural-voice", json={"backend": "quick"})
            assert (answer.status_code, answer.json()["code"]) == (403, "set_up_refused")
        assert set_ups.begun == {}

    run(main)


def test_a_server_that_sets_nothing_up_says_so(config: Config) -> None:
    async def main() -> None:
        async with served(pool(), config) as server, server.client() as client:
            assert (await client.get("/natural-voice")).json()["may_set_up"] is False
            assert (await client.post("/natural-voice", json={"backend": "quick"})).status_code == 403

    run(main)
