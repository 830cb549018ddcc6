"""One backend's workers, told by the test what a worker reports: who gets a job, and who is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests import virtual_time
from tests.pool.staging import HASTY, Run, segment
from voice_server.config import BackendConfig
from voice_server.core.supervision import SupervisionPolicy
from voice_server.core.types import Capabilities, Option, Voice
from voice_server.core.wire.child_messages import PROTOCOL_VERSION
from voice_server.core.wire.worker_messages import STOPPED, JobDone, JobFailed, WorkerReady
from voice_server.errors import BackendDown, InUse, NotSetUp
from voice_server.pool import set_up_watch
from voice_server.pool.backend_workers import BackendWorkers
from voice_server.pool.job import Unavailable
from voice_server.pool.worker_pool import BackendState

READY = WorkerReady(
    PROTOCOL_VERSION,
    (Voice("one", "One", "en"),),
    8000,
    Capabilities(options=(Option("speed", "number", 1.0, 0.5, 2.0),)),
    warm_up_silence_ms=1.0,
)


PATIENT = SupervisionPolicy(silence_timeout_s=1000.0, ping_interval_s=1000.0)


def start_nothing(start: Coroutine[Any, Any, None]) -> None:
    """In place of a task: the workers have no process, and the test says what they report."""
    start.close()


def opened(workers: int = 1, policy: SupervisionPolicy = HASTY, **changes: Any) -> BackendWorkers:
    config = BackendConfig(adapter=Path("backend.py"), workers=workers, **changes)
    backend = BackendWorkers("mine", config, policy, start_nothing, count(1))
    backend.open()
    return backend


def test_a_job_waits_for_the_first_worker_that_is_ready(run: Run) -> None:
    async def main() -> None:
        backend = opened(workers=2)
        job = backend.submit(segment("hello"))
        assert (backend.status().state, backend.status().waiting, job.slot) == (
            BackendState.STARTING,
            1,
            None,
        )
        backend.worker_ready(1, READY)
        assert (backend.status().state, backend.status().waiting, job.slot) == (BackendState.UP, 0, 1)
        assert backend.settled.is_set()
        await backend.close(0.0)

    run(main())


def test_a_worker_that_has_ended_its_job_gets_the_next_and_only_what_was_heard_is_counted(run: Run) -> None:
    async def main() -> None:
        backend = opened()
        backend.worker_ready(0, READY)
        first, second = (backend.submit(segment(text)) for text in ("first", "second"))
        assert (first.slot, second.slot) == (0, None)
        backend.release(first)
        backend.job_ended(0, first, JobDone(1, 100.0, 5.0))
        assert second.slot == 0
        done = JobDone(2, 100.0, 5.0)
        second.end(done)
        backend.job_ended(0, second, done)
        assert backend.status().free == 1
        assert (backend.counters.rendered, backend.counters.stopped) == (1, 1)
        await backend.close(0.0)

    run(main())


def test_a_released_job_that_waits_ends_and_takes_no_worker(run: Run) -> None:
    async def main() -> None:
        backend = opened()
        job = backend.submit(segment("never heard"))
        backend.release(job)
        backend.worker_ready(0, READY)
        assert job.outcome == JobFailed(job.number, STOPPED, "stopped", retryable=False)
        assert (job.slot, backend.status().free) == (None, 1)
        await backend.close(0.0)

    run(main())


def test_a_backend_whose_configuration_its_adapter_does_not_know_never_gets_up(run: Run) -> None:
    async def main() -> None:
        backend = opened(options={"sped": 2})
        backend.worker_ready(0, READY)
        assert "unknown option 'sped'" in backend.status().error
        assert (backend.status().ready, backend.status().free) == (None, 0)
        await backend.close(0.0)

    run(main())


def test_a_closed_backend_refuses_what_waits_and_what_comes(run: Run) -> None:
    async def main() -> None:
        backend = opened()
        waiting = backend.submit(segment("waits"))
        await backend.close(0.0)
        assert waiting.outcome == Unavailable("the server is stopping")
        with pytest.raises(BackendDown, match="stopping"):
            backend.submit(segment("too late"))

    run(main())


def test_a_backend_without_its_environment_starts_no_worker_and_says_what_is_missing(
    run: Run, tmp_path: Path
) -> None:
    async def main() -> None:
        backend = opened(environment=tmp_path)
        assert backend.status().state is BackendState.NOT_SET_UP
        assert backend.pids() == []
        with pytest.raises(NotSetUp, match="has no environment"):
            backend.submit(segment("hello"))
        await backend.close(0.0)

    run(main())


def test_only_a_backend_that_has_been_ready_and_has_nothing_to_do_can_be_unloaded(run: Run) -> None:
    async def main() -> None:
        backend = opened()
        with pytest.raises(InUse, match="not loaded"):
            backend.unload()
        job = backend.submit(segment("hello"))
        backend.worker_ready(0, READY)
        with pytest.raises(InUse, match="speaking"):
            backend.unload()
        backend.release(job)
        backend.unload()
        backend.unload()  # once is enough
        assert backend.status().state is BackendState.UNLOADED
        await backend.close(0.0)

    run(main())


def test_a_job_for_an_unloaded_backend_waits_until_its_workers_have_ended_and_others_are_ready(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        backend = opened(policy=PATIENT)
        backend.worker_ready(0, READY)
        backend.unload()
        assert backend.settled.is_set()
        job = backend.submit(segment("hello"))
        assert (backend.status().state, backend.status().can_speak) == (BackendState.STARTING, True)
        backend.worker_ended(0, "was told to end", "")
        assert backend.status().error == ""
        await asyncio.sleep(0.1)  # its successor is launched
        backend.worker_ready(0, READY)
        assert job.slot == 0
        assert backend.counters.restarts == 0
        backend.worker_ended(0, "was ended by SIGKILL", "")
        assert "SIGKILL" in backend.status().error
        await asyncio.sleep(0.1)
        assert backend.counters.restarts == 1
        await backend.close(0.0)

    virtual_time.run(main())
    assert [record.getMessage() for record in caplog.records] == ["worker ended"]


def test_a_job_whose_backend_cannot_be_loaded_again_is_refused_and_another_load_tries_anew(run: Run) -> None:
    async def main() -> None:
        backend = opened()
        backend.worker_ready(0, READY)
        backend.unload()
        backend.worker_ended(0, "was told to end", "")
        job = backend.submit(segment("hello"))
        backend.load_failed(0, "cannot read its weights")
        backend.worker_ended(0, "could not load its engine", "")
        assert isinstance(job.outcome, Unavailable)
        assert "cannot read its weights" in job.outcome.reason
        assert (backend.status().state, backend.status().can_speak) == (BackendState.DOWN, False)
        loading = asyncio.create_task(backend.load())
        await asyncio.sleep(0)
        assert backend.status().state is BackendState.STARTING
        backend.worker_ready(0, READY)
        await loading
        assert backend.status().state is BackendState.UP
        await backend.close(0.0)

    run(main())


def test_a_start_that_fails_after_it_was_told_to_end_is_no_error(run: Run) -> None:
    async def main() -> None:
        backend = opened()
        backend.worker_ready(0, READY)
        backend.unload()
        backend.worker_ended(0, "was told to end", "")
        backend.wake()
        backend.unload()
        backend.load_failed(0, "cannot read its weights")
        backend.worker_ended(0, "could not be started", "")
        assert (backend.status().state, backend.status().error) == (BackendState.UNLOADED, "")
        await backend.close(0.0)

    run(main())


def test_who_loads_a_backend_is_told_why_it_cannot_run(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        absent = opened(environment=tmp_path)
        with pytest.raises(NotSetUp, match="has no environment"):
            await absent.load()
        with pytest.raises(InUse, match="not loaded"):
            absent.unload()
        await absent.close(0.0)
        stopping = opened()
        loading = asyncio.create_task(stopping.load())
        await asyncio.sleep(0)
        await stopping.close(0.0)
        with pytest.raises(BackendDown, match="stopping"):
            await loading

    run(main())


def test_a_backend_whose_environment_has_gone_while_it_was_unloaded_is_not_set_up(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        backend = opened()
        backend.worker_ready(0, READY)
        backend.unload()
        backend.worker_ended(0, "was told to end", "")

        def gone(*_: object) -> str:
            raise NotSetUp("backend mine has no environment")

        monkeypatch.setattr(set_up_watch, "python_of", gone)
        job = backend.submit(segment("hello"))
        assert job.outcome == Unavailable("backend mine has no environment")
        assert backend.status().state is BackendState.NOT_SET_UP
        await backend.close(0.0)

    run(main())


def test_a_backend_is_unloaded_when_it_was_idle_for_its_time_and_not_while_it_is_needed() -> None:
    async def main() -> None:
        backend = opened(policy=PATIENT, idle_unload_s=10.0)
        await asyncio.sleep(25)
        assert backend.status().state is BackendState.STARTING
        backend.worker_ready(0, READY)
        await asyncio.sleep(6)
        job = backend.submit(segment("a long one"))
        await asyncio.sleep(25)
        assert backend.status().state is BackendState.UP
        done = JobDone(job.number, 100.0, 5.0)
        job.end(done)
        backend.job_ended(0, job, done)
        await asyncio.sleep(9.9)
        assert backend.status().state is BackendState.UP
        await asyncio.sleep(0.2)
        assert backend.status().state is BackendState.UNLOADED
        backend.worker_ended(0, "was told to end", "")
        assert not backend.wake()
        backend.worker_ready(0, READY)
        assert backend.wake()
        await asyncio.sleep(9.9)
        assert backend.status().state is BackendState.UP
        await asyncio.sleep(0.2)
        assert backend.status().state is BackendState.UNLOADED
        await backend.close(0.0)

    virtual_time.run(main())
