"""Runs the floor and the loads of a benchmark, as often as planned, and collects the results."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from voice_server.client_addresses import stream_url
from voice_server.commands.benchmark.benchmark_report import BenchmarkReport, LoadRun
from voice_server.commands.benchmark.engine_floor import EngineFloor
from voice_server.commands.benchmark.load_client import LoadOutcome
from voice_server.commands.benchmark.load_generator import open_idle_connections, run_cancel_load, run_load
from voice_server.commands.benchmark.measured_backend import benchmark_config, engine_floor, query_of
from voice_server.commands.benchmark.process_usage import MeasuredProcess, resident_mib, usage_of
from voice_server.commands.benchmark.server_process import started_server
from voice_server.commands.shared.click_options import ServerChoice
from voice_server.commands.shared.terminal import print_note
from voice_server.config import Config, load_config
from voice_server.errors import VoiceServerError

_CANCELLING_CLIENTS = 16
_IDLE_CLIENTS = 50
_NULL_BACKEND = "tone"
_NULL_OPTIONS: Final = {"words": False}  # one tone, cut from a table: next to no engine time
_POLL_INTERVAL_S = 0.05
_SETTLE_S = 0.3


@dataclass(frozen=True, slots=True)
class BenchmarkPlan:
    """What to measure."""

    tokens: list[str]
    clients: Sequence[int]
    tokens_per_s: float
    runs: int
    with_null: bool
    overload: bool = False
    """Whether only that is measured: how listeners fare where there are twice as many as are let in."""


async def measure(choice: ServerChoice, plan: BenchmarkPlan) -> dict[str, Any]:
    """Measure a running server, or one that is started for it; return all figures as plain values."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    report = BenchmarkReport(
        sum(map(len, plan.tokens)), len(plan.tokens), cores, plan.runs, os.getloadavg()[0]
    )
    if choice.url is not None:
        url = stream_url(choice.url) + query_of(choice)
        bench = _ServerBenchmark(url, None, choice.backend, plan, report)
        await (bench.run_overload() if plan.overload else bench.run(floor=None))
    else:
        config = _benchmark_config(choice, plan)
        for _ in range(plan.runs - 1):
            async with started_server(config) as server:
                report.start_s.append(server.start_s)
        async with started_server(config) as server:
            report.start_s.append(server.start_s)
            bench = _ServerBenchmark(stream_url(server.url), server.pid, None, plan, report)
            await bench.measure_idle()
            await (bench.run_overload() if plan.overload else bench.run(engine_floor(config)))
    return report.figures()


def _benchmark_config(choice: ServerChoice, plan: BenchmarkPlan) -> Config:
    """The backend to measure, and the null backend beside it where there is one."""
    config = benchmark_config(choice, admission=plan.overload)
    all_backends = load_config(choice.config).backends
    if plan.with_null and _NULL_BACKEND in all_backends:
        backends = config.backends | {_NULL_BACKEND: all_backends[_NULL_BACKEND]}
        config = msgspec.structs.replace(config, backends=backends)
    return config


class _ServerBenchmark:
    """One server under measurement; `pid` is None where only its address is known."""

    def __init__(
        self, url: str, pid: int | None, backend: str | None, plan: BenchmarkPlan, report: BenchmarkReport
    ) -> None:
        self._url = url
        self._pid = pid
        self._backend = backend
        self._plan = plan
        self._report = report

    async def measure_idle(self) -> None:
        """Record the memory of an idle server, and what an idle connection adds."""
        assert self._pid is not None
        await self._load("warm-up", 1, None)
        await asyncio.sleep(_SETTLE_S)
        before = usage_of(self._pid)
        idle = await open_idle_connections(self._url, _IDLE_CLIENTS)
        with_idle_mib = usage_of(self._pid).server_mib
        for socket in idle:
            socket.abort()
        self._report.memory["server"] = before.server_mib
        self._report.memory["workers together"] = before.workers_mib
        self._report.memory["an idle connection"] = (with_idle_mib - before.server_mib) / _IDLE_CLIENTS

    async def run(self, floor: EngineFloor | None) -> None:
        """Run the floor and all loads, as often as planned."""
        for number in range(self._plan.runs):
            print_note(f"run {number + 1} of {self._plan.runs} …")
            for clients in self._plan.clients:
                if floor is not None:  # before each load: the speed of a shared machine varies
                    self._report.floors.append(floor.run(self._plan.tokens))
                rate = self._plan.tokens_per_s
                await self._add(f"{clients} at {rate:g} tokens/s", clients, rate)
                await self._add(f"{clients} in a burst", clients, None)
            cancelling = run_cancel_load(
                self._url, _CANCELLING_CLIENTS, self._plan.tokens, backend=self._backend
            )
            self._report.cancels.append(await cancelling)
            if self._plan.with_null and self._pid is not None:
                for clients in (min(self._plan.clients), max(self._plan.clients)):
                    await self._add(f"{clients} in a burst, {_NULL_BACKEND}", clients, None, _NULL_BACKEND)

    async def run_overload(self) -> None:
        """See how many of the most clients are let in; let so many stream alone, and then twice as many.

        Raises VoiceServerError where all of them are let in.
        """
        most, rate = max(self._plan.clients), self._plan.tokens_per_s
        refused = (await self._load(f"{most} at {rate:g} tokens/s", most, rate)).outcome.refused
        if not refused:
            raise VoiceServerError(f"all of {most} listeners were let in; give more with --clients")
        let_in = most - refused
        for number in range(self._plan.runs):
            print_note(f"run {number + 1} of {self._plan.runs} …")
            alone = await self._load(f"{let_in} at {rate:g} tokens/s", let_in, rate)
            twice = await self._load(f"{2 * let_in} at {rate:g} tokens/s", 2 * let_in, rate)
            self._report.overloads.append((alone, twice))

    async def _add(self, name: str, clients: int, rate: float | None, backend: str | None = None) -> LoadRun:
        run = await self._load(name, clients, rate, backend)
        self._report.add(name, run)
        if run.peak_server_mib is not None and backend is None and clients == max(self._plan.clients):
            grown = run.peak_server_mib - self._report.memory["server"]
            key = f"a speaking connection, {name}"
            self._report.memory[key] = max(self._report.memory.get(key, 0.0), grown / clients)
        return run

    async def _load(self, name: str, clients: int, rate: float | None, backend: str | None = None) -> LoadRun:
        print_note(f"  {name}")
        load = run_load(
            self._url,
            clients,
            self._plan.tokens,
            tokens_per_s=rate,
            backend=backend or self._backend,
            opts=_NULL_OPTIONS if backend == _NULL_BACKEND else None,
            process=None if self._pid is None else MeasuredProcess(self._pid),
        )
        if self._pid is None:
            return LoadRun(await load)
        return LoadRun(*await _with_peak_memory(load, self._pid))


async def _with_peak_memory(load: Coroutine[Any, Any, LoadOutcome], pid: int) -> tuple[LoadOutcome, float]:
    """Run a load; return its outcome and the server's highest resident memory meanwhile, in MiB."""
    peak_mib = 0.0
    task = asyncio.ensure_future(load)
    while not task.done():
        peak_mib = max(peak_mib, resident_mib(pid))
        await asyncio.wait([task], timeout=_POLL_INTERVAL_S)
    return await task, peak_mib
