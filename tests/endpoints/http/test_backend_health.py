"""What is told of each backend."""

from __future__ import annotations

import asyncio

import msgspec

from tests.arithmetic_pool import ArithmeticPool, config_of
from voice_server.endpoints.http.backend_health import backends_health
from voice_server.pool import BackendMemory
from voice_server.speech import SpeechService


async def told_of(pool: ArithmeticPool) -> dict[str, dict[str, object]]:
    async with SpeechService(pool, config_of(*pool.names)) as service:
        return {name: msgspec.to_builtins(each) for name, each in (await backends_health(service)).items()}


def test_the_state_the_workers_and_what_they_take_are_told() -> None:
    pool = ArithmeticPool(("one", "two"), down={"two"}, taken=BackendMemory((30, 20), 7))
    told = asyncio.run(told_of(pool))
    assert told["one"] == {
        "state": "up",
        "speaks": True,
        "workers": 1,
        "free": 0,
        "waiting": 0,
        "restarts": 0,
        "error": "",
        "memory_bytes": 57,
        "worker_memory_bytes": [30, 20],
        "template_memory_bytes": 7,
    }
    assert (told["two"]["state"], told["two"]["speaks"]) == ("down", False)
    assert told["two"]["error"] == "the backend two has no model"


def test_where_the_system_does_not_say_what_processes_take_nothing_is_told_of_it() -> None:
    class Silent(ArithmeticPool):
        async def memory(self) -> dict[str, BackendMemory]:
            return {}

    told = asyncio.run(told_of(Silent(left_out={"ja": "run: voice-server setup one --with ja"})))
    assert [key for key in told["one"] if "memory" in key] == []
    assert told["one"]["left_out"] == {"ja": "run: voice-server setup one --with ja"}
