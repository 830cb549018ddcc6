"""The workers of one backend: gives them jobs, and tells the supervisor what happens to them.

Everything here runs in callbacks that do not wait, so that no state changes between reading and writing it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from voice_server.config import BackendConfig
from voice_server.core.supervision import SlotEvent, SlotState, SupervisionPolicy
from voice_server.core.types import ReadyBackend, Segment
from voice_server.core.wire.worker_messages import STOPPED, JobDone, JobFailed, WorkerReady
from voice_server.errors import BackendDown, InUse, NotSetUp, RequestError
from voice_server.pool.down_reasons import why_ended, with_help
from voice_server.pool.idle_watch import IdleWatch
from voice_server.pool.job import Job, JobOutcome
from voice_server.pool.job_queue import JobQueue
from voice_server.pool.launcher import WorkerLauncher
from voice_server.pool.ready_backend import configured_backend
from voice_server.pool.recordings_watch import RecordingsWatch
from voice_server.pool.render_counters import RenderCounters
from voice_server.pool.set_up_watch import SetUpWatch
from voice_server.pool.template import WorkerTemplate
from voice_server.pool.worker_handle import WorkerHandle
from voice_server.pool.worker_pool import BackendState, BackendStatus
from voice_server.process.public_errors import public
from voice_server.process.supervised import SupervisorShell

logger = logging.getLogger(__name__)

_STOPPING = "the server is stopping"
_UNLOADING_STEP_S = 1.0
"""How long each step of ending a worker that is unloaded may take."""
_STATES = {None: BackendState.STARTING, True: BackendState.UP, False: BackendState.DOWN}


class BackendWorkers:
    """One backend; `spawn` starts a task that the pool waits for, `numbers` yields job numbers."""

    def __init__(
        self,
        name: str,
        config: BackendConfig,
        policy: SupervisionPolicy,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        numbers: Iterator[int],
    ) -> None:
        self._name = name
        self._config = config
        self._spawn = spawn
        self._launcher = WorkerLauncher(name, config, spawn, self)
        self._shell = SupervisorShell(config.workers, policy, self)
        self._set_up = SetUpWatch(name, config.environment, self._restart)
        self._recordings = RecordingsWatch(name, config.samples, spawn)
        self._queue = JobQueue(numbers, config.options)
        self._workers: list[WorkerHandle | None] = [None] * config.workers
        self._ready: ReadyBackend | None = None
        self._error = ""
        self._is_closed = False
        self._idle = IdleWatch(config.idle_unload_s, self._unload_if_idle)
        self._is_unloaded = False
        self._launched: set[int] = set()  # slots that have had a process since the backend was opened
        self._ending: set[int] = set()  # slots whose process was told to end because nobody needs it
        self.counters = RenderCounters()
        self.settled = asyncio.Event()
        """Set when the first worker is ready, or none is to be waited for."""
        self.gone = asyncio.Event()
        """Set when the processes that were ended by the last `unload` have gone."""

    # What the pool asks for.

    def open(self) -> None:
        """Start all workers; those of a backend that is not set up, when it has been."""
        self._is_unloaded = False
        self._launched.clear()
        self.settled.clear()
        try:
            self._set_up.begin()
        except NotSetUp as error:
            self._wait_for_set_up(error.message)
        else:
            self._shell.start()

    async def close(self, patience_s: float) -> None:
        """End all workers, `patience_s` for each step of it; returns when their processes have ended."""
        self._is_closed = True
        self._shell.close()
        self._set_up.close()
        self._idle.close()
        self._queue.refuse_all(_STOPPING)
        self.settled.set()
        await self._end_processes(patience_s)

    async def _end_processes(self, patience_s: float) -> None:
        """End the workers, and then the template that they were forked from."""
        template = self._launcher.take_template()
        async with asyncio.TaskGroup() as tasks:
            for worker in filter(None, self._workers):
                tasks.create_task(worker.end(patience_s))
        if template is not None:
            await template.end(patience_s)

    def wake(self) -> bool:
        """Have the workers start if they are unloaded: there is work, or there will be.

        Whether the backend is up.
        """
        self._idle.used()
        if self._is_unloaded and not self._is_closed:
            self.open()
        return self._shell.is_up is True

    async def load(self) -> None:
        """Start the workers if they are unloaded or down; return when one is ready.

        Raises NotSetUp and BackendDown.
        """
        self.wake()
        if self._shell.is_up is False and not self._set_up.is_waiting and not self._is_closed:
            self.open()
        await self.settled.wait()
        if self._is_closed or not self.status().can_speak:
            raise self._down()

    def unload(self) -> None:
        """End all workers until there is work again; `gone` is set when they have ended. Raises InUse."""
        if self._is_unloaded:
            return
        if self._ready is None or self._set_up.is_waiting or self._is_closed:
            raise InUse(f"{self._name} is not loaded, and cannot be unloaded")
        if self._is_busy:
            raise InUse(f"{self._name} is speaking; it can be unloaded when it is silent")
        self._is_unloaded, self._error = True, ""
        self._ending.update(worker.slot for worker in filter(None, self._workers))
        self._shell.end_all()
        self.settled.set()
        self.gone.clear()
        self._spawn(self._end_unloaded())

    async def _end_unloaded(self) -> None:
        try:
            await self._end_processes(_UNLOADING_STEP_S)
        finally:
            self.gone.set()

    def _unload_if_idle(self) -> bool:
        if self._is_unloaded:
            return True
        if self._shell.is_up is not True or self._is_busy:
            return False
        logger.info("backend unloaded", extra={"backend": self._name, "idle_s": self._config.idle_unload_s})
        self.unload()
        return True

    @property
    def _is_busy(self) -> bool:
        """Whether a job waits or is rendered."""
        is_rendering = any(self._shell.state(slot) is SlotState.BUSY for slot, _ in enumerate(self._workers))
        return is_rendering or len(self._queue) > 0

    def submit(self, segment: Segment, *, avoided_slot: int | None = None) -> Job:
        """Have an idle worker, by preference not that in `avoided_slot`, render a segment once there is one.

        Raises BackendDown, WireError.
        """
        is_down = self._shell.is_up is False and not self._is_unloaded
        if self._is_closed or self._set_up.is_waiting or is_down:
            raise self._down()
        job = self._queue.add(segment, avoided_slot)
        self.wake()
        self._assign()
        return job

    def release(self, job: Job) -> None:
        """Stop a job that has not ended; does not wait for the worker."""
        if job.outcome is not None:
            return
        job.end(JobFailed(job.number, STOPPED, "stopped", retryable=False))
        self.counters.stopped += 1
        if job.slot is None:
            self._queue.remove(job)
        elif (worker := self._workers[job.slot]) is not None:
            worker.stop()
            self._shell.receive(SlotEvent.CANCELLED, job.slot)

    def _down(self) -> BackendDown:
        """The error to raise while the backend cannot speak."""
        reason = _STOPPING if self._is_closed else self._status_error
        if self._set_up.is_waiting:
            return NotSetUp(reason)
        return BackendDown(f"backend {self._name} is not running: {reason or with_help(self._name, '')}")

    def _with_help(self, reason: str) -> str:
        can_set_up = (self._config.environment / "uv.lock").is_file()
        return with_help(self._name, public(reason), can_set_up=can_set_up)

    def status(self) -> BackendStatus:
        """A snapshot of the backend, with the recordings that are there now."""
        if self._ready is not None:
            self._ready = self._recordings.refresh(self._ready)
        return BackendStatus(
            name=self._name,
            state=self._state,
            workers=self._config.workers,
            ready=self._ready,
            error=self._status_error,
            free=len(self._idle_slots()),
            waiting=len(self._queue),
        )

    @property
    def _state(self) -> BackendState:
        if self._set_up.is_waiting:
            return BackendState.NOT_SET_UP
        return BackendState.UNLOADED if self._is_unloaded else _STATES[self._shell.is_up]

    def pids(self) -> list[int]:
        """The process ids of the workers that have a process."""
        return [worker.pid for worker in filter(None, self._workers) if worker.pid]

    @property
    def template_pid(self) -> int:
        """The process id of the template; 0 where there is none."""
        return self._launcher.template_pid

    @property
    def _status_error(self) -> str:
        return self._set_up.reason if self._set_up.is_waiting else self._error

    # What a worker reports.

    def worker_active(self, slot: int) -> None:
        self._shell.note_activity(slot)

    def template_loaded(self, slot: int, template: WorkerTemplate) -> None:
        if (worker := self._workers[slot]) is not None:
            self._launcher.template_loaded(worker, template)

    def worker_ready(self, slot: int, ready: WorkerReady) -> None:
        self._launcher.worker_ready(slot)
        try:
            self._ready = self._ready or configured_backend(self._name, self._config, ready)
        except RequestError as error:
            self.load_failed(slot, f"backends.{self._name} in backends.yaml: {error.message}")
            return
        self._shell.learn_silence(ready.warm_up_silence_ms / 1000, characters=1)
        self._error = ""
        self._shell.receive(SlotEvent.READY, slot)

    def load_failed(self, slot: int, reason: str, code: str = "") -> None:
        if slot in self._ending:
            return
        self._error = public(reason) if code == NotSetUp.code else self._with_help(reason)
        if code == NotSetUp.code and not self._shell.is_up:
            self._wait_for_set_up(self._error)
        for each in (slot, *self._launcher.slots_waiting_for(slot)):
            self._shell.receive(SlotEvent.LOAD_FAILED, each)

    def job_ended(self, slot: int, job: Job, outcome: JobOutcome) -> None:
        if isinstance(outcome, JobDone) and job.outcome is outcome:
            self.counters.add_rendered(outcome)
        self._idle.used()
        self._shell.receive(SlotEvent.JOB_ENDED, slot)

    def job_stopped(self, slot: int) -> None:
        self._shell.receive(SlotEvent.CANCELLED, slot)

    def worker_broken(self, slot: int, reason: str) -> None:
        self._shell.receive(SlotEvent.BROKEN, slot, reason=reason)

    def worker_ended(self, slot: int, reason: str, last_line: str) -> None:
        self._workers[slot] = None
        for other in self._launcher.worker_ended(slot):
            self.worker_ended(other, reason, last_line)
        if self._is_closed:
            return
        if slot in self._ending:
            self._ending.discard(slot)
        else:
            self._note_end(slot, reason, last_line)
        self._shell.receive(SlotEvent.EXITED, slot)

    def _note_end(self, slot: int, reason: str, last_line: str) -> None:
        if self._shell.state(slot) is SlotState.STARTING or not self._error:
            self._error = self._with_help(why_ended(reason, last_line))
        told = {"backend": self._name, "slot": slot, "reason": reason, "last_stderr_line": last_line}
        logger.log(self._end_log_level, "worker ended", extra=told)

    # What the supervisor decides.

    def launch_process(self, slot: int) -> None:
        if self._workers[slot] is not None:
            raise AssertionError("two workers in one slot")
        worker = WorkerHandle(
            f"{self._name}-{slot + 1}",
            slot,
            self,
            max_audio_s=self._config.max_audio_s,
            backend=self._name,
        )
        self._workers[slot] = worker
        self.counters.restarts += slot in self._launched
        self._launched.add(slot)
        self._launcher.launch(worker)

    def kill_process(self, slot: int, reason: str) -> None:
        told = {"backend": self._name, "slot": slot, "reason": reason}
        logger.log(self._end_log_level, "worker killed", extra=told)
        if (worker := self._workers[slot]) is not None:
            worker.kill(reason)

    def ping_process(self, slot: int) -> None:
        if (worker := self._workers[slot]) is not None:
            worker.ping()

    def slot_idle(self, slot: int) -> None:
        del slot
        self._assign()

    def availability_changed(self, *, is_up: bool) -> None:
        if is_up:
            self._idle.used()
        else:
            self._queue.refuse_all(self._error)
        self.settled.set()

    @property
    def _end_log_level(self) -> int:
        # That a backend is not set up is in its status; the end of its workers is no news then.
        return logging.DEBUG if self._set_up.is_waiting else logging.WARNING

    # What follows from both.

    def _assign(self) -> None:
        while (assigned := self._queue.assign(self._idle_slots())) is not None:
            job, slot = assigned
            if (worker := self._workers[slot]) is None:
                raise AssertionError("an idle slot without a worker")
            self._shell.job_given(slot, job.characters)
            worker.give(job)

    def _idle_slots(self) -> list[int]:
        return [slot for slot, _ in enumerate(self._workers) if self._shell.state(slot) is SlotState.IDLE]

    def _wait_for_set_up(self, reason: str) -> None:
        """Start nothing until a set-up has been finished: without it every start would fail as this one."""
        was_waiting = self._set_up.is_waiting
        self._set_up.wait(reason)
        if not was_waiting:
            self._shell.stop_launching()
            for worker in filter(None, self._workers):
                worker.kill("cannot do without what its backend misses")
            self._queue.refuse_all(reason)
            self.settled.set()

    def _restart(self) -> bool:
        """Start all workers again; false while some of the last ones have not ended."""
        if any(self._workers):
            return False
        self._error = ""
        self.open()
        return True
