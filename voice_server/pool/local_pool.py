"""`LocalPool`: workers that are subprocesses of this server.

Rendering a segment survives the loss of its worker: another one renders it again, what was delivered is
skipped, and a warning says so. A text that ends `MAX_DEATHS` workers is given up, and so is one for which an
engine fails `MAX_FAILURES` times.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from itertools import count
from types import TracebackType
from typing import Self

from voice_server.config import BackendConfig
from voice_server.core.supervision import SupervisionPolicy
from voice_server.core.types import Frame, Segment, SpeechWarning, Voice, WordMark
from voice_server.core.wire.worker_messages import JobDone, JobFailed
from voice_server.errors import BackendDown, RenderError, RequestError, UnknownName
from voice_server.pool.backend_workers import BackendWorkers
from voice_server.pool.continuation import SEAM_MS, Continuation
from voice_server.pool.job import Job, Unavailable
from voice_server.pool.memory_readings import MemoryReadings
from voice_server.pool.worker_pool import BackendMemory, BackendStats, BackendStatus

MAX_DEATHS = 3
MAX_FAILURES = 2
_USUAL_POLICY = SupervisionPolicy()


class LocalPool:
    """A WorkerPool of subprocesses; an async context manager.

    Entering starts the workers of all backends at once and returns when each of those in `needed` (all of
    them where it is not given) has its first worker ready or is given up for now; the rest go on starting.
    Those in `wished` are waited for too, all together for `wish_s` at most. `patience_s` is how long each
    step of ending a worker may take when the pool is closed.
    """

    def __init__(
        self,
        backends: Mapping[str, BackendConfig],
        *,
        needed: Collection[str] | None = None,
        wished: Collection[str] = (),
        wish_s: float = 0.0,
        policy: SupervisionPolicy = _USUAL_POLICY,
        patience_s: float = 1.0,
    ) -> None:
        self._configs = dict(backends)
        self._needed = self._configs if needed is None else needed
        self._wished, self._wish_s = wished, wish_s
        self._policy = policy
        self._patience_s = patience_s
        self._backends: dict[str, BackendWorkers] = {}
        self._memory = MemoryReadings()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        tasks = await self._stack.enter_async_context(asyncio.TaskGroup())
        numbers = count(1)
        for name, config in self._configs.items():
            workers = BackendWorkers(
                name, config, config.supervision(self._policy), tasks.create_task, numbers
            )
            self._backends[name] = workers
        self._stack.push_async_callback(self._close_backends)
        try:
            for workers in self._backends.values():
                workers.open()
            for name in self._needed:
                await self._backends[name].settled.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._wish_s):
                    for name in self._wished:
                        await self._backends[name].settled.wait()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End all workers; open renders end with BackendDown. Returns when no process is left."""
        await self._stack.aclose()

    async def _close_backends(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for workers in self._backends.values():
                tasks.create_task(workers.close(self._patience_s))

    @property
    def backends(self) -> Mapping[str, BackendStatus]:
        """A snapshot of every backend by name."""
        return {name: workers.status() for name, workers in self._backends.items()}

    def voices(self) -> Sequence[Voice]:
        """The voices of all backends that have been ready once."""
        ready = [workers.status().ready for workers in self._backends.values()]
        return [voice for each in ready if each is not None for voice in each.voices]

    def stats(self) -> Mapping[str, BackendStats]:
        """What each backend has done so far."""
        return {name: workers.counters.stats() for name, workers in self._backends.items()}

    def pids(self, backend: str) -> list[int]:
        """The process ids of a backend's workers."""
        return self._backends[backend].pids()

    async def memory(self) -> Mapping[str, BackendMemory]:
        """What each backend's processes take; see `WorkerPool.memory`."""
        processes = {name: (each.pids(), each.template_pid) for name, each in self._backends.items()}
        return await self._memory.of(processes)

    def wake(self, backend: str) -> bool:
        """Have a backend that is unloaded begin to load; see `WorkerPool.wake`."""
        return self._known(backend).wake()

    async def load(self, backend: str) -> None:
        """Start a backend that is unloaded or down; see `WorkerPool.load`."""
        await self._known(backend).load()

    async def unload(self, backend: str) -> None:
        """End a backend's workers until somebody speaks with it; see `WorkerPool.unload`."""
        workers = self._known(backend)
        workers.unload()
        await workers.gone.wait()

    def _known(self, backend: str) -> BackendWorkers:
        if (workers := self._backends.get(backend)) is None:
            raise UnknownName("backend", backend, self._backends)
        return workers

    async def render(self, segment: Segment) -> AsyncGenerator[Frame | WordMark | SpeechWarning, None]:
        """Render a segment; see `WorkerPool.render`."""
        workers = self._known(segment.backend)
        continuation = Continuation()
        attempts = _Attempts(segment)
        failed_slot = None
        while True:
            job = workers.submit(segment, avoided_slot=failed_slot)
            try:
                while (piece := await job.take()) is not None:
                    if isinstance(piece, WordMark):
                        if continuation.is_new(piece):
                            yield piece
                    elif (frame := continuation.accept(piece)) is not None:
                        yield frame
            finally:
                workers.release(job)
            if isinstance(job.outcome, JobDone):
                break
            try:
                warning = attempts.failed(job)
            except (RenderError, RequestError):
                workers.counters.failed += 1
                raise
            workers.counters.retried += 1
            yield warning
            failed_slot = job.slot
            continuation.retry()
        if continuation.has_seam:
            yield SpeechWarning(
                "seam", f"the engine did not repeat itself; a blend of {SEAM_MS} ms covers the join"
            )


class _Attempts:
    """Whether a segment is worth another try."""

    def __init__(self, segment: Segment) -> None:
        self._backend = segment.backend
        self._deaths = 0
        self._failures = 0

    def failed(self, job: Job) -> SpeechWarning:
        """Return the warning of the next attempt, or raise why there is none."""
        outcome = job.outcome
        if isinstance(outcome, Unavailable):
            raise BackendDown(f"backend {self._backend} is not running: {outcome.reason}")
        if isinstance(outcome, JobFailed):
            self._failures += 1
            if outcome.refused:
                message = f"{self._backend} cannot speak this: {outcome.message}"
                raise RequestError(message, code=outcome.code)
            if not outcome.retryable or self._failures >= MAX_FAILURES:
                raise RenderError(
                    f"{self._backend} could not speak this: {outcome.message}", code=outcome.code
                )
            return SpeechWarning("sentence_retried", f"{self._backend} could not speak this and tries again")
        self._deaths += 1
        if self._deaths >= MAX_DEATHS:
            message = f"{self._backend} could not speak this: it ended {MAX_DEATHS} workers"
            raise RenderError(message, code="poison")
        return SpeechWarning("sentence_retried", f"a worker of {self._backend} was lost; another one goes on")
