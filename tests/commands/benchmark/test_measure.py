"""What is run how often, with loads that only record themselves; real ones are in test_bench_command.py."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from voice_server.commands.benchmark import measure as module
from voice_server.commands.benchmark.load_client import LoadOutcome
from voice_server.commands.benchmark.measure import BenchmarkPlan, measure
from voice_server.commands.benchmark.server_process import StartedServer
from voice_server.commands.shared.click_options import ServerChoice
from voice_server.errors import VoiceServerError


class Loads:
    """Takes the place of the load generator and of the server's process."""

    def __init__(self) -> None:
        self.urls: set[str] = set()
        self.runs: list[tuple[int, float | None, str | None, Any]] = []
        self.cancels: list[int] = []
        self.starts = 0
        self.room: int | None = None

    async def run_load(
        self,
        url: str,
        clients: int,
        _tokens: Any,
        *,
        tokens_per_s: float | None,
        backend: str | None,
        opts: Any,
        process: Any,
    ) -> LoadOutcome:
        assert (process is None) is (self.starts == 0)
        self.urls.add(url)
        self.runs.append((clients, tokens_per_s, backend, opts))
        refused = 0 if self.room is None else max(0, clients - self.room)
        first_ms = [float(clients)] * (clients - refused)
        return LoadOutcome(clients, audio_s=1.0, first_end=7, first_ms=first_ms, refused=refused)

    async def run_cancel_load(
        self, _url: str, clients: int, _tokens: Any, *, backend: str | None
    ) -> LoadOutcome:
        del backend
        self.cancels.append(clients)
        return LoadOutcome(clients, cancel_ms=[1.0])

    async def open_idle_connections(self, _url: str, _count: int) -> list[Any]:
        return []

    @asynccontextmanager
    async def started_server(self, _config: Any) -> AsyncIterator[StartedServer]:
        self.starts += 1
        yield StartedServer("http://127.0.0.1:1", os.getpid(), 0.5)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch, run_command: Any) -> Loads:
    del run_command  # for its configuration
    made = Loads()
    for name in (
        "run_load",
        "run_cancel_load",
        "open_idle_connections",
        "started_server",
    ):
        monkeypatch.setattr(module, name, getattr(made, name))
    monkeypatch.setattr(module, "_SETTLE_S", 0)
    return made


def plan(*, runs: int = 1, with_null: bool = True) -> BenchmarkPlan:
    return BenchmarkPlan(["Hi."], [1, 4], 50.0, runs, with_null)


def test_a_running_server_is_loaded_at_the_rate_and_in_a_burst_and_its_process_left_out(loads: Loads) -> None:
    figures = asyncio.run(measure(ServerChoice("http://host", backend="b", token="a/b"), plan()))
    assert loads.urls == {"ws://host/stream-tokens?token=a%2Fb"}
    assert loads.runs == [(n, rate, "b", None) for n in (1, 4) for rate in (50.0, None)]
    assert (loads.cancels, loads.starts) == ([16], 0)
    assert figures["floor"]["cpu_ms_per_audio_s"] is figures["start_s"] is None
    assert figures["loads"]["4 in a burst"]["cpu_ms_per_audio_s"] is None


def test_a_server_of_its_own_is_started_once_a_run_and_measured_with_the_floor(loads: Loads) -> None:
    figures = asyncio.run(measure(ServerChoice(), plan(runs=2, with_null=False)))
    assert loads.starts == 2
    assert (
        loads.runs == [(1, None, None, None)] + [(n, r, None, None) for n in (1, 4) for r in (50.0, None)] * 2
    )
    assert figures["start_s"] == 0.5
    assert figures["floor"]["sentence_ms"]["n"] == 4
    assert list(figures["memory_mib"]) == [
        "server",
        "workers together",
        "an idle connection",
        "a speaking connection, 4 at 50 tokens/s",
        "a speaking connection, 4 in a burst",
    ]


def test_the_null_backend_is_loaded_with_the_fewest_and_the_most_clients(loads: Loads) -> None:
    figures = asyncio.run(measure(ServerChoice(), plan()))
    assert loads.runs[-2:] == [(n, None, "tone", {"words": False}) for n in (1, 4)]
    assert list(figures["loads"])[-2:] == ["1 in a burst, tone", "4 in a burst, tone"]


@pytest.mark.parametrize("choice", [ServerChoice(), ServerChoice("http://host")])
def test_an_overload_is_twice_as_many_as_are_let_in(loads: Loads, choice: ServerChoice) -> None:
    loads.room = 3
    overload = BenchmarkPlan(["Hi."], [1, 4], 50.0, 2, with_null=False, overload=True)
    figures = asyncio.run(measure(choice, overload))
    assert [clients for clients, rate, *_ in loads.runs if rate is not None] == [4, 3, 6, 3, 6]
    assert figures["overload"]["let_in_alone"]["refused"] == 0
    assert figures["overload"]["twice_as_many"]["refused"] == 6
    assert figures["overload"]["first_p95_ratio"] == 2.0
    assert not figures["loads"]


def test_there_is_no_overload_where_everybody_is_let_in(loads: Loads) -> None:
    overload = BenchmarkPlan(["Hi."], [4], 50.0, 1, with_null=False, overload=True)
    with pytest.raises(VoiceServerError, match="all of 4 listeners were let in"):
        asyncio.run(measure(ServerChoice(), overload))
    assert loads.runs
