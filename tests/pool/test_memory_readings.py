"""What processes take is read again when a second has passed, or when there are others."""

from __future__ import annotations

import asyncio
import os

import pytest

from voice_server.pool import memory_readings
from voice_server.pool.memory_readings import MemoryReadings
from voice_server.pool.worker_pool import BackendMemory


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """What each process takes, by its id; one that is not in it has ended."""
    taken = {os.getpid(): 1, 10: 100, 11: 110, 20: 200}
    monkeypatch.setattr(memory_readings, "memory_bytes", taken.get)
    return taken


def test_each_worker_is_told_and_the_template_and_those_that_have_ended_are_left_out(
    taken: dict[int, int],
) -> None:
    del taken
    readings = asyncio.run(MemoryReadings().of({"one": ([10, 11, 12], 20), "two": ([], 0)}))
    assert readings == {"one": BackendMemory((100, 110), 200), "two": BackendMemory()}
    assert readings["one"].total == 410


def test_a_reading_holds_for_a_while_unless_there_are_other_processes(taken: dict[int, int]) -> None:
    async def main() -> None:
        readings = MemoryReadings()
        first = await readings.of({"one": ([10], 0)})
        taken[10] = 999
        assert await readings.of({"one": ([10], 0)}) == first
        assert (await readings.of({"one": ([10, 11], 0)}))["one"].workers == (999, 110)

    asyncio.run(main())


def test_an_old_reading_is_made_anew(taken: dict[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        monkeypatch.setattr(memory_readings, "_VALID_S", -1.0)
        readings = MemoryReadings()
        await readings.of({"one": ([10], 0)})
        taken[10] = 999
        assert (await readings.of({"one": ([10], 0)}))["one"].workers == (999,)

    asyncio.run(main())


def test_where_the_system_does_not_say_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_readings, "memory_bytes", lambda _pid: None)
    assert asyncio.run(MemoryReadings().of({"one": ([10], 0)})) == {}
