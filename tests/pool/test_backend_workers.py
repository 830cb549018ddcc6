"""One backend's workers, told by the test what a worker reports: who gets a job, and who is refused."""

from __future__ import annotations

from collections.abc import Coroutine
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.pool.staging import HASTY, Run, segment
from voice_server.config import BackendConfig
from voice_server.core.types import Capabilities, Option, Voice
from voice_server.core.wire.child_messages import PROTOCOL_VERSION
from voice_server.core.wire.worker_messages import STOPPED, JobDone, JobFailed, WorkerReady
from voice_server.errors import BackendDown, NotSetUp
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


def start_nothing(start: Coroutine[Any, Any, None]) -> None:
    """In place of a task: the workers have no process, and the test says what they report."""
    start.close()


def opened(workers: int = 1, **changes: Any) -> BackendWorkers:
    config = BackendConfig(adapter=Path("backend.py"), workers=workers, **changes)
    backend = BackendWorkers("mine", config, HASTY, start_nothing, count(1))
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
        assert backend.counters.launches == 0
        with pytest.raises(NotSetUp, match="has no environment"):
            backend.submit(segment("hello"))
        await backend.close(0.0)

    run(main())
