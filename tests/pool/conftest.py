"""Every test of the pool runs with a limit and leaves no task and no process behind."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest
import uvloop

from tests.pool.staging import ADAPTER, Run, Stage

LIMIT_S = 12


@pytest.fixture(params=["uvloop"])
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """Run a coroutine to its end on the loop that the server uses."""
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop

    def run_it(main: Coroutine[Any, Any, None]) -> None:
        async def limited() -> None:
            async with asyncio.timeout(LIMIT_S):
                await main
            assert asyncio.all_tasks() == {asyncio.current_task()}

        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(limited())

    before = set(psutil.Process().children(recursive=True))
    yield run_it
    left = set(psutil.Process().children(recursive=True)) - before
    assert not left, f"processes left behind: {left}"


@pytest.fixture(scope="session")
def scripted() -> ModuleType:
    """The scripted adapter's own file, for its `samples`."""
    spec = spec_from_file_location("scripted_backend", ADAPTER)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=["started", "forked"])
def stage(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A scratch folder with the named pipes at which workers wait; workers come about either way."""
    for name in ("gate", "arrivals", "meeting"):
        os.mkfifo(tmp_path / name)
    # Open both ways, a named pipe makes neither side wait for the other, and a byte waits in it.
    gate, arrivals = (os.open(tmp_path / name, os.O_RDWR | os.O_NONBLOCK) for name in ("gate", "arrivals"))
    yield Stage(tmp_path, gate, arrivals, forked=request.param == "forked")
    os.close(gate)
    os.close(arrivals)
