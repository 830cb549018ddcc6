"""Dialects beside `/stream-tokens`: the same text at the same pace, in many short rounds on one server.

Other work on the machine comes and goes within seconds, so what is compared takes turns, in another order
each round. `/stream-tokens` runs twice in each: how far its two halves are apart is what the measurement
cannot tell from nothing.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from voice_server.client_addresses import stream_url
from voice_server.commands.benchmark.comparison_report import (
    AGAIN,
    REFERENCE,
    WITH_TIMES,
    ComparisonReport,
)
from voice_server.commands.benchmark.dialect_clients import DIALECTS
from voice_server.commands.benchmark.load_client import LoadOutcome
from voice_server.commands.benchmark.load_generator import run_dialect_load, run_load
from voice_server.commands.benchmark.measured_backend import benchmark_config, engine_floor, query_of
from voice_server.commands.benchmark.process_usage import MeasuredProcess
from voice_server.commands.benchmark.server_process import started_server
from voice_server.commands.shared.click_options import ServerChoice
from voice_server.commands.shared.terminal import print_note

_Load = Callable[[int, float | None], Awaitable[LoadOutcome]]


@dataclass(frozen=True, slots=True)
class ComparisonPlan:
    """What to compare; every load is run at the rate and in a burst."""

    tokens: Sequence[str]
    clients: Sequence[int]
    tokens_per_s: float
    rounds: int
    dialects: Sequence[str]


async def compare(choice: ServerChoice, plan: ComparisonPlan) -> dict[str, Any]:
    """Compare on a running server, or on one that is started for it; return all figures as plain values."""
    report = ComparisonReport(plan.tokens, plan.rounds, os.getloadavg()[0])
    report.with_times = {name for name in plan.dialects if DIALECTS[name].tells_times}
    async with AsyncExitStack() as stack:
        ready: Mapping[str, object] = {}
        if choice.url is not None:
            sides = _Sides(stream_url(choice.url) + query_of(choice), None, choice.backend, plan)
            floor = None
        else:
            config = benchmark_config(choice)
            arguments = [each for name in plan.dialects for each in DIALECTS[name].serve_arguments]
            server = await stack.enter_async_context(started_server(config, arguments))
            sides = _Sides(stream_url(server.url), MeasuredProcess(server.pid), None, plan)
            floor, ready = engine_floor(config), server.ready
        every = sides.loads(ready)
        for clients in plan.clients:
            for rate, name in (
                (plan.tokens_per_s, f"{clients} at {plan.tokens_per_s:g} tokens/s"),
                (None, f"{clients} in a burst"),
            ):
                print_note(f"{name}, {plan.rounds} rounds …")
                for load in every.values():
                    await load(clients, rate)  # not counted: a server is slower the first time
                for number in range(plan.rounds):
                    if floor is not None:
                        report.floors.append(floor.run(plan.tokens))
                    for side in _in_turn(list(every), number):
                        report.add(name, side, await every[side](clients, rate))
    return report.figures()


def _in_turn(sides: Sequence[str], number: int) -> list[str]:
    """All sides, beginning with another one each round, and backwards every other time."""
    start = number // 2 % len(sides)
    turned = [*sides[start:], *sides[:start]]
    return turned[::-1] if number % 2 else turned


class _Sides:
    """Runs a load over `/stream-tokens` or over a dialect."""

    def __init__(
        self, url: str, process: MeasuredProcess | None, backend: str | None, plan: ComparisonPlan
    ) -> None:
        self._url = url
        self._process = process
        self._backend = backend
        self._plan = plan
        self._first_end: int | None = None

    def loads(self, ready: Mapping[str, object]) -> dict[str, _Load]:
        """Every side by its name; `ready` is what the server said of itself at its start."""
        sides: dict[str, _Load] = {REFERENCE: self._stream}
        if any(DIALECTS[name].tells_times for name in self._plan.dialects):
            sides[WITH_TIMES] = partial(self._stream, with_times=True)
        for name in self._plan.dialects:
            address = DIALECTS[name].address_of(self._url, ready)
            sides[name] = partial(self._stream_over, name, address)
        return sides | {AGAIN: self._stream}

    async def _stream(self, clients: int, rate: float | None, *, with_times: bool = False) -> LoadOutcome:
        outcome = await run_load(
            self._url,
            clients,
            self._plan.tokens,
            tokens_per_s=rate,
            backend=self._backend,
            with_times=with_times,
            process=self._process,
        )
        self._first_end = outcome.first_end
        return outcome

    async def _stream_over(self, dialect: str, address: str, clients: int, rate: float | None) -> LoadOutcome:
        return await run_dialect_load(
            DIALECTS[dialect],
            address,
            clients,
            self._plan.tokens,
            tokens_per_s=rate,
            first_end=self._first_end,
            process=self._process,
        )
