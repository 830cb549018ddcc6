"""A backend that misses its environment or its weights costs nothing, and starts when it has been set up."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.pool.staging import Run, Stage, listen
from voice_server.errors import NotSetUp
from voice_server.pool.local_pool import LocalPool
from voice_server.pool.worker_pool import BackendState
from voice_server.provisioning.environments import lock_set_up
from voice_server.provisioning.set_up_stamp import STAMP


def make_environment(project: Path) -> None:
    """An environment such as `setup` makes, with what the tests' own python can import."""
    venv, own = project / ".venv", Path(sys.prefix)
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    (venv / "lib").symlink_to(own / "lib")
    shutil.copy(own / "pyvenv.cfg", venv)


def fetch_weights(stage: Stage) -> None:
    (stage.scratch / "mended").touch()
    (stage.scratch / ".venv" / STAMP).write_text("{}")


async def until_up(pool: LocalPool) -> None:
    settled = pool._backends["scripted"].settled
    while pool.backends["scripted"].state is not BackendState.UP:
        settled.clear()
        await settled.wait()


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice_server.pool.set_up_watch._CHECK_INTERVAL_S", 0.01)


def test_a_backend_without_an_environment_says_what_to_run_and_starts_once_it_has_one(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        (stage.scratch / "uv.lock").touch()
        async with stage.pool(environment=stage.scratch) as pool:
            status = pool.backends["scripted"]
            told = "backend scripted is not set up; run: voice-server setup scripted"
            assert (status.state, status.error) == (BackendState.NOT_SET_UP, told)
            with pytest.raises(NotSetUp, match=told):
                await listen(pool, "nobody speaks this")
            make_environment(stage.scratch)
            await until_up(pool)
            assert (await listen(pool, "at last")).pcm == scripted.samples("at last")
            assert pool.backends["scripted"].error == ""

    run(main())


def test_missing_weights_are_told_and_no_worker_is_started_again_before_they_are_there(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        make_environment(stage.scratch)
        fault = {"start_fault": "miss weights until mended"}
        async with stage.pool(workers=2, environment=stage.scratch, settings=fault) as pool:
            status = pool.backends["scripted"]
            assert status.state is BackendState.NOT_SET_UP
            assert status.error.endswith("not on this machine; run: voice-server setup scripted")
            with pytest.raises(NotSetUp, match="weights are not on this machine"):
                await listen(pool, "nobody speaks this")
            while any(pool._backends["scripted"]._workers):
                await asyncio.sleep(0.005)
            assert pool.backends["scripted"].error == status.error
            fetch_weights(stage)
            await until_up(pool)
            assert (await listen(pool, "at last")).pcm == scripted.samples("at last")
            assert pool.backends["scripted"].state is BackendState.UP
        assert (stage.scratch / "starts").stat().st_size <= 4

    run(main())


def test_a_backend_that_is_being_set_up_waits_for_the_end_of_it(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        make_environment(stage.scratch)
        lock = lock_set_up(stage.scratch)
        assert lock is not None
        async with stage.pool(environment=stage.scratch) as pool:
            assert "is being set up" in pool.backends["scripted"].error
            os.close(lock)  # it could write no note into the environment, as in an image
            await until_up(pool)
            assert (await listen(pool, "at last")).pcm == scripted.samples("at last")

    run(main())
