"""The workers of one backend: performs what the supervisor decides and hands segments to free workers.

Everything here happens in callbacks that do not wait, so that no state changes under anybody's feet. Segments
are served first come, first served; who comes first is the scheduler's business.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from voice_server.config import BackendConfig
from voice_server.core.options import complete_options
from voice_server.core.supervision import (
    KillProcess,
    LaunchProcess,
    PingProcess,
    SlotEvent,
    SlotsDown,
    SlotState,
    SlotsUp,
    SupervisionPolicy,
    Supervisor,
)
from voice_server.core.types import ReadyBackend, Segment
from voice_server.core.wire import worker_messages
from voice_server.core.wire.worker_messages import STOPPED, JobDone, JobFailed
from voice_server.errors import BackendDown, NotSetUp, RequestError, UnknownName
from voice_server.pool.job import Job, JobOutcome, Unavailable
from voice_server.pool.launcher import WorkerLauncher
from voice_server.pool.template import WorkerTemplate
from voice_server.pool.worker_handle import WorkerHandle
from voice_server.pool.worker_pool import BackendState, BackendStats, BackendStatus
from voice_server.process.public_errors import public
from voice_server.provisioning.environments import python_of, set_up_at
from voice_server.worker.samples import sample_voices, skipped_samples

_LATE_S = 0.5
_CATCH_UP_S = 0.1
_LOOK_S = 2.0

logger = logging.getLogger(__name__)


class BackendWorkers:
    """One backend; `spawn` starts a task that the pool owns, `numbers` yields job numbers."""

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
        self._policy = policy
        self._launcher = WorkerLauncher(name, config, spawn, self)
        self._numbers = numbers
        self._loop = asyncio.get_running_loop()
        self._supervisor = Supervisor(config.workers, policy, self._loop.time())
        self._workers: list[WorkerHandle | None] = [None] * config.workers
        self._waiting: deque[Job] = deque()
        self._timer: asyncio.Handle | None = None
        self._timer_at = 0.0
        self._is_closed = False
        self._is_absent = False
        self._set_up_at = 0
        self._watch: asyncio.TimerHandle | None = None
        self._samples_at = 0
        self._ready: ReadyBackend | None = None
        self._error = ""
        self._counts: Counter[str] = Counter()
        self._audio_ms = self._render_ms = 0.0
        self._launches = 0
        self.settled = asyncio.Event()
        """Set when the first worker is ready, or the backend has been given up for now."""

    # For the pool.

    def open(self) -> None:
        """Start all workers; of a backend that has not been set up, when it has been."""
        self._set_up_at = set_up_at(self._config.environment)
        try:
            python_of(self._name, self._config.environment)
        except NotSetUp as error:
            self._await_set_up(error.message)
        else:
            self._tick()

    async def close(self, patience_s: float) -> None:
        """End all workers; returns when their processes have gone."""
        self._is_closed = True
        self._supervisor.close()
        for timer in (self._timer, self._watch):
            if timer is not None:
                timer.cancel()
        self._refuse_waiting("the server is stopping")
        async with asyncio.TaskGroup() as tasks:
            for worker in self._workers:
                if worker is not None:
                    tasks.create_task(worker.end(patience_s))
        await self._launcher.close(patience_s)

    def submit(self, segment: Segment, *, shunned: int | None = None) -> Job:
        """Give a segment to a free worker, by preference not the shunned one, or keep it until one is free.

        Raises BackendDown.
        """
        if self._is_closed or self._is_absent or self._supervisor.is_up is False:
            raise self.down()
        options = {"seed": segment.seed, **self._config.options, **segment.options}
        job = Job(next(self._numbers), segment, options, shunned)
        self._waiting.append(job)
        self._assign()
        return job

    def release(self, job: Job) -> None:
        """Stop a job whose rest nobody wants; harmless when it has ended. Does not wait for the worker."""
        if job.outcome is not None:
            return
        job.end(JobFailed(job.number, STOPPED, "stopped", retryable=False))
        self._counts["stopped"] += 1
        if job.slot is None:
            self._waiting.remove(job)
            return
        worker = self._workers[job.slot]
        if worker is not None:
            worker.stop()
            self._receive(SlotEvent.CANCELLED, job.slot)

    def down(self) -> BackendDown:
        """The error of whoever asks while the backend cannot speak."""
        reason = "the server is stopping" if self._is_closed else self._error
        if self._is_absent:
            return NotSetUp(reason)
        return BackendDown(f"backend {self._name} is not running: {reason}")

    def count(self, what: str) -> None:
        """Count a `retried` or `failed` segment."""
        self._counts[what] += 1

    def status(self) -> BackendStatus:
        """A snapshot for whoever asks."""
        self._look_for_samples()
        return BackendStatus(
            name=self._name,
            state=self._state,
            workers=self._config.workers,
            ready=self._ready,
            error=self._error,
            free=sum(self._is_idle(slot) for slot in range(self._config.workers)),
            waiting=len(self._waiting),
        )

    @property
    def _level(self) -> int:
        """How loudly the end of a worker is logged: what is not set up has been told already."""
        return logging.DEBUG if self._is_absent else logging.WARNING

    @property
    def _state(self) -> BackendState:
        if self._is_absent:
            return BackendState.NOT_SET_UP
        is_up = self._supervisor.is_up
        return BackendState.STARTING if is_up is None else BackendState.UP if is_up else BackendState.DOWN

    def _look_for_samples(self) -> None:
        """List the recordings again when their folder has changed, so that a new one is a voice at once."""
        folder = self._config.samples
        if folder is None or self._ready is None:
            return
        changed_at = _changed_at(folder)
        if changed_at != self._samples_at:
            self._samples_at = changed_at
            own = [voice for voice in self._ready.voices if voice.kind != "sample"]
            language = self._ready.voices[0].language
            samples = [replace(voice, backend=self._name) for voice in sample_voices(folder, language)]
            self._ready = replace(self._ready, voices=(*own, *samples))
            for file, fault in skipped_samples(folder).items():
                extra = {"backend": self._name, "file": file, "reason": fault}
                logger.warning("a recording is not listed as a voice", extra=extra)

    def stats(self) -> BackendStats:
        """What was done so far."""
        restarts = max(0, self._launches - self._config.workers)
        audio_s, render_s = self._audio_ms / 1000, self._render_ms / 1000
        return BackendStats(**self._counts, restarts=restarts, audio_s=audio_s, render_s=render_s)

    def pids(self) -> list[int]:
        """The process ids of the workers there are."""
        return [worker.pid for worker in self._workers if worker is not None and worker.pid]

    # What a worker tells.

    def worker_heard(self, slot: int) -> None:
        # No timer to set: this only ever moves a deadline further away.
        self._supervisor.heard(slot, self._loop.time())

    def template_loaded(self, slot: int, template: WorkerTemplate) -> None:
        if (worker := self._workers[slot]) is not None:
            self._launcher.template_loaded(worker, template)

    def worker_ready(self, slot: int, ready: worker_messages.WorkerReady) -> None:
        self._launcher.was_ready(slot)
        try:
            self._ready = self._ready or self._described(ready)
        except RequestError as error:
            self.load_failed(slot, f"backends.{self._name} in backends.yaml: {error.message}")
            return
        self._supervisor.expect_silence(ready.silence_ms_per_char / 1000)
        self._error = ""
        self._receive(SlotEvent.READY, slot)

    def load_failed(self, slot: int, reason: str, code: str = "") -> None:
        self._error = public(reason)
        if code == NotSetUp.code and not self._supervisor.is_up:
            self._await_set_up(self._error)
        for each in (slot, *self._launcher.followers(slot)):
            self._receive(SlotEvent.LOAD_FAILED, each)

    def job_ended(self, slot: int, job: Job, outcome: JobOutcome) -> None:
        if isinstance(outcome, JobDone) and job.outcome is outcome:
            self._counts["rendered"] += 1
            self._audio_ms += outcome.audio_ms
            self._render_ms += outcome.render_ms
        self._receive(SlotEvent.JOB_ENDED, slot)

    def worker_broke(self, slot: int, reason: str) -> None:
        self._receive(SlotEvent.BROKEN, slot, why=reason)

    def worker_gone(self, slot: int, reason: str, last_words: str) -> None:
        self._workers[slot] = None
        for follower in self._launcher.was_lost(slot):
            self.worker_gone(follower, reason, last_words)
        if self._is_closed:
            return
        was_starting = self._supervisor.state(slot) is SlotState.STARTING
        if was_starting or not self._error:
            self._error = public(f"a worker {reason}" + (f": {last_words}" if last_words else ""))
        logger.log(
            self._level,
            "worker ended",
            extra={"backend": self._name, "slot": slot, "reason": reason, "last_words": last_words},
        )
        self._receive(SlotEvent.EXITED, slot)

    # Set up while the server runs.

    def _await_set_up(self, reason: str) -> None:
        """Start nothing before `voice-server setup` has been here: trying again brings nothing."""
        self._error = reason
        if not self._is_absent:
            self._is_absent = True
            self._supervisor.close()
            for worker in filter(None, self._workers):
                worker.kill("cannot do without what its backend misses")
            self._refuse_waiting(reason)
            self.settled.set()
        if self._watch is None:
            self._watch = self._loop.call_later(_LOOK_S, self._look_for_set_up)

    def _look_for_set_up(self) -> None:
        self._watch = None
        environment = self._config.environment
        try:
            python_of(self._name, environment)
        except NotSetUp as error:
            self._await_set_up(error.message)
            return
        if set_up_at(environment) == self._set_up_at or any(self._workers):
            self._await_set_up(self._error)
            return
        self._is_absent, self._error = False, ""
        self._supervisor = Supervisor(self._config.workers, self._policy, self._loop.time())
        self.open()

    # Decide and act.

    def _receive(self, event: SlotEvent, slot: int, *, characters: int = 1, why: str = "") -> None:
        self._supervisor.receive(event, slot, self._loop.time(), characters=characters, why=why)
        self._perform()

    def _wake(self, deadline: float) -> None:
        # A loop that comes late (a long pause of the whole machine, say) has not read its pipes either: look
        # at what the workers have said before holding their silence against them.
        if self._loop.time() - deadline > _LATE_S:
            self._timer = self._loop.call_later(_CATCH_UP_S, self._tick)
        else:
            self._tick()

    def _tick(self) -> None:
        self._timer = None
        self._supervisor.tick(self._loop.time())
        self._perform()

    def _perform(self) -> None:
        for action in self._supervisor.take_actions():
            match action:
                case LaunchProcess(slot):
                    self._launch(slot)
                case KillProcess(slot, reason):
                    told = {"backend": self._name, "slot": slot, "reason": reason}
                    logger.log(self._level, "worker killed", extra=told)
                    if (worker := self._workers[slot]) is not None:
                        worker.kill(reason)
                case PingProcess(slot):
                    if (worker := self._workers[slot]) is not None:
                        worker.ping()
                case SlotsUp():
                    self.settled.set()
                case SlotsDown():
                    self._refuse_waiting(self._error)
                    self.settled.set()
        self._assign()
        self._arm()

    def _arm(self) -> None:
        """Have `_tick` called in time; a call that turns out to be early costs less than moving the timer."""
        deadline = self._supervisor.next_deadline()
        if self._is_closed or deadline is None:
            return
        if self._timer is not None:
            if self._timer_at <= deadline:
                return
            self._timer.cancel()
        self._timer_at = deadline
        self._timer = self._loop.call_at(deadline, self._wake, deadline)

    def _launch(self, slot: int) -> None:
        if self._workers[slot] is not None:
            raise AssertionError("two workers in one slot")
        worker = WorkerHandle(f"{self._name}-{slot + 1}", slot, self, max_audio_s=self._config.max_audio_s)
        self._workers[slot] = worker
        self._launches += 1
        self._launcher.launch(worker)

    def _assign(self) -> None:
        while self._waiting and (slot := self._free_slot(self._waiting[0].shunned)) is not None:
            worker = self._workers[slot]
            if worker is None:
                raise AssertionError("a ready slot without a worker")
            job = self._waiting.popleft()
            job.slot = slot
            self._supervisor.receive(SlotEvent.JOB_GIVEN, slot, self._loop.time(), characters=job.characters)
            worker.give(job)

    def _free_slot(self, shunned: int | None) -> int | None:
        free = [slot for slot in range(len(self._workers)) if self._is_idle(slot)]
        return next((slot for slot in free if slot != shunned), free[0] if free else None)

    def _is_idle(self, slot: int) -> bool:
        return self._supervisor.state(slot) is SlotState.IDLE

    def _refuse_waiting(self, reason: str) -> None:
        while self._waiting:
            self._waiting.popleft().end(Unavailable(reason))

    def _described(self, ready: worker_messages.WorkerReady) -> ReadyBackend:
        """Return what the backend says of itself, with the defaults of the configuration."""
        configured = self._config.options
        complete_options(ready.capabilities.options, configured)
        if self._config.default_voice and all(
            self._config.default_voice != voice.id for voice in ready.voices
        ):
            raise UnknownName("voice", self._config.default_voice, (voice.id for voice in ready.voices))
        options = tuple(
            replace(option, default=configured.get(option.name, option.default))
            for option in ready.capabilities.options
        )
        return ReadyBackend(
            voices=tuple(replace(voice, backend=self._name) for voice in ready.voices),
            sample_rate_hz=ready.sample_rate_hz,
            capabilities=replace(ready.capabilities, options=options),
        )


def _changed_at(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
