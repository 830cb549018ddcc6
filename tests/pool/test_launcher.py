"""Which workers are started, which are forked, and which wait until that is known."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, cast

import pytest

from voice_server.config import DEFAULT_LOUDNESS_LUFS, BackendConfig
from voice_server.pool import launcher as launcher_module
from voice_server.pool.launcher import WorkerLauncher
from voice_server.pool.template import WorkerTemplate
from voice_server.pool.worker_handle import WorkerEventHandler, WorkerHandle


class RecordedHandler:
    """Notes which workers could not be started."""

    def __init__(self) -> None:
        self.told: list[tuple[int, str]] = []

    def load_failed(self, slot: int, reason: str, code: str) -> None:
        self.told.append((slot, f"{code}: {reason}"))

    def worker_ended(self, slot: int, reason: str, last_line: str) -> None:
        self.told.append((slot, reason + last_line))


class LivingTemplate:
    is_alive = True


class RecordedWorker:
    """Notes how it was launched."""

    def __init__(self, slot: int, launched: list[str]) -> None:
        self.slot = slot
        self._launched = launched

    async def start(
        self,
        *_: object,
        loudness_lufs: float | None,
        fade_ms: float,
        limiter: bool,
        may_be_template: bool,
    ) -> None:
        assert (loudness_lufs, fade_ms, limiter) == (DEFAULT_LOUDNESS_LUFS, 5.0, True)
        self._launched.append(f"{self.slot} loads" if may_be_template else f"{self.slot} starts")

    async def fork(self, template: object) -> None:
        assert isinstance(template, LivingTemplate)
        self._launched.append(f"{self.slot} forks")


class Bench:
    """A launcher whose tasks run at once, and what it did with its three workers."""

    def __init__(self, **changes: Any) -> None:
        self.launched: list[str] = []
        self.handler = RecordedHandler()
        config = BackendConfig(adapter=Path("backend.py"), workers=3, **changes)
        handler = cast("WorkerEventHandler", self.handler)
        self.launcher = WorkerLauncher("mine", config, self._run_now, handler)
        self.workers = [cast("WorkerHandle", RecordedWorker(slot, self.launched)) for slot in range(3)]

    def launch_all(self) -> None:
        for worker in self.workers:
            self.launcher.launch(worker)

    @staticmethod
    def _run_now(start: Coroutine[Any, Any, None]) -> None:
        asyncio.run(start)


@pytest.fixture(autouse=True)
def forking_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher_module, "can_fork_here", lambda: True)


def test_without_forking_every_worker_is_started_at_once() -> None:
    bench = Bench()
    bench.launch_all()
    assert bench.launched == ["0 starts", "1 starts", "2 starts"]


def test_one_process_loads_while_the_others_wait_and_then_all_are_forked_the_first_one_first() -> None:
    bench = Bench(forked=True)
    bench.launch_all()
    assert bench.launched == ["0 loads"]
    assert bench.launcher.slots_waiting_for(0) == [1, 2]
    bench.launcher.template_loaded(bench.workers[0], cast("WorkerTemplate", LivingTemplate()))
    assert bench.launched == ["0 loads", "0 forks", "1 forks", "2 forks"]


def test_when_the_first_process_becomes_a_worker_itself_the_others_are_started() -> None:
    bench = Bench(forked=True)
    bench.launch_all()
    bench.launcher.worker_ready(0)
    bench.launcher.launch(bench.workers[0])
    assert bench.launched == ["0 loads", "1 starts", "2 starts", "0 starts"]


def test_when_the_first_process_ends_those_that_waited_for_it_end_too_and_the_next_one_loads() -> None:
    bench = Bench(forked=True)
    bench.launch_all()
    assert bench.launcher.worker_ended(2) == []
    assert bench.launcher.worker_ended(0) == [1, 2]
    bench.launcher.launch(bench.workers[1])
    assert bench.launched == ["0 loads", "1 loads"]


def test_a_worker_whose_python_is_missing_is_reported_and_has_ended(tmp_path: Path) -> None:
    bench = Bench(environment=tmp_path)
    bench.launcher.launch(bench.workers[1])
    (slot, reason), end = bench.handler.told
    assert slot == 1
    assert reason.startswith("not_set_up: backend mine has no environment")
    assert end == (1, "could not be started")
    assert bench.launched == []
