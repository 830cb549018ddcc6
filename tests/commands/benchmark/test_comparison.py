"""What is compared in which order, with loads that only record themselves; test_bench_command has others."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from voice_server.commands.benchmark import comparison as module
from voice_server.commands.benchmark.comparison import ComparisonPlan, compare
from voice_server.commands.benchmark.comparison_report import AGAIN, REFERENCE, WITH_TIMES
from voice_server.commands.benchmark.load_client import LoadOutcome
from voice_server.commands.benchmark.server_process import StartedServer
from voice_server.commands.shared.click_options import ServerChoice


class Loads:
    """Takes the place of the load generator and of the server's process."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, int, float | None]] = []
        self.urls: set[str] = set()
        self.arguments: list[str] = []
        self.is_measured = False

    async def run_load(self, url: str, clients: int, _tokens: Any, **more: Any) -> LoadOutcome:
        self.urls.add(url)
        assert (more["process"] is not None) is self.is_measured
        name = "words" if more["with_times"] else "stream"
        self.runs.append((name, clients, more["tokens_per_s"]))
        return LoadOutcome(clients, audio_s=1.0, first_end=7)

    async def run_dialect_load(
        self, _dialect: Any, address: str, clients: int, _tokens: Any, **more: Any
    ) -> LoadOutcome:
        assert more["first_end"] == 7
        self.runs.append((address, clients, more["tokens_per_s"]))
        return LoadOutcome(clients, audio_s=1.0)

    @asynccontextmanager
    async def started_server(self, _config: Any, arguments: Sequence[str]) -> AsyncIterator[StartedServer]:
        self.arguments, self.is_measured = list(arguments), True
        ready = {"wyoming": "tcp://127.0.0.1:2"}
        yield StartedServer("http://127.0.0.1:1", os.getpid(), 0.5, ready)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch, run_command: Any) -> Loads:
    del run_command  # for its configuration
    made = Loads()
    for name in ("run_load", "run_dialect_load", "started_server"):
        monkeypatch.setattr(module, name, getattr(made, name))
    return made


def plan(*dialects: str, rounds: int = 4) -> ComparisonPlan:
    return ComparisonPlan(["Hi."], [2], 50.0, rounds, dialects)


def test_all_sides_take_turns_in_another_order_each_round_after_one_that_does_not_count(loads: Loads) -> None:
    figures = asyncio.run(compare(ServerChoice(), plan("wyoming")))
    address = "tcp://127.0.0.1:2"
    assert loads.arguments == ["--wyoming", "0"]
    paced, burst = loads.runs[:15], loads.runs[15:]
    assert [name for name, *_ in paced] == [
        *("stream", address, "stream"),
        *("stream", address, "stream"),
        *("stream", address, "stream"),
        *(address, "stream", "stream"),
        *("stream", "stream", address),
    ]
    assert [name for name, *_ in burst] == [name for name, *_ in paced]
    assert {run[1:] for run in paced} == {(2, 50.0)}
    assert {run[1:] for run in burst} == {(2, None)}
    assert list(figures["loads"]) == ["2 at 50 tokens/s", "2 in a burst"]
    assert figures["floor"]["first_ms"]["n"] == 8


def test_a_dialect_that_always_tells_times_is_compared_with_word_times_too(loads: Loads) -> None:
    figures = asyncio.run(compare(ServerChoice(), plan("elevenlabs", rounds=1)))
    sides = figures["loads"]["2 in a burst"]
    assert list(sides) == [REFERENCE, WITH_TIMES, "elevenlabs", AGAIN]
    assert "to_stream_tokens_with_words" in sides["elevenlabs"]
    assert len([name for name, *_ in loads.runs if name == "words"]) == 4


def test_a_running_server_is_compared_at_its_usual_addresses_without_its_process(loads: Loads) -> None:
    choice = ServerChoice("http://box:1", token="a/b")
    figures = asyncio.run(compare(choice, plan("wyoming", rounds=1)))
    assert loads.urls == {"ws://box:1/stream-tokens?token=a%2Fb"}
    assert ("tcp://box:10200", 2, None) in loads.runs
    assert figures["floor"] is None
    assert figures["loads"]["2 in a burst"]["wyoming"]["cpu_ms_per_audio_s"] is None
