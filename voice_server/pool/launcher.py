"""Launches the processes of a backend's workers: each is started, or forked from a template.

With `forked: true` the first process that is started loads the backend while the other workers wait. When it
becomes a template, it forks all workers, the first one too. When its adapter does not allow forking, it is
the first worker itself, and the others are started. When it fails, they fail with it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from voice_server.config import BackendConfig
from voice_server.errors import VoiceServerError
from voice_server.pool.template import WorkerTemplate, can_fork_here
from voice_server.pool.worker_handle import WorkerEventHandler, WorkerHandle
from voice_server.provisioning.environments import python_of
from voice_server.provisioning.worker_environment import worker_environment

_BOOTSTRAP = Path(__file__).resolve().parent.parent / "worker"


class WorkerLauncher:
    """Launches one backend's workers; `handler` is told which could not be started."""

    def __init__(
        self,
        name: str,
        config: BackendConfig,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        handler: WorkerEventHandler,
    ) -> None:
        self._name = name
        self._config = config
        self._spawn = spawn
        self._handler = handler
        self._may_fork = config.forked and can_fork_here()
        self._template: WorkerTemplate | None = None
        self._loading_slot: int | None = None
        self._waiting: list[WorkerHandle] = []

    def launch(self, worker: WorkerHandle) -> None:
        """Start or fork a worker's process, once it is known which."""
        if self._loading_slot is not None:
            self._waiting.append(worker)
            return
        if self._may_fork and self._living_template() is None:
            self._loading_slot = worker.slot
        self._spawn(self._start(worker))

    def template_loaded(self, worker: WorkerHandle, template: WorkerTemplate) -> None:
        """Fork from now on, `worker` first, whose process has become the template."""
        if self._template is not None:
            self._spawn(self._template.end(0.0))
        self._template = template
        self._waiting.insert(0, worker)
        self._start_waiting()

    def worker_ready(self, slot: int) -> None:
        """Take in that a worker is ready: a process that may become a template does so before."""
        if slot == self._loading_slot:
            self._may_fork = False
            self._start_waiting()

    def slots_waiting_for(self, slot: int) -> list[int]:
        """Return the slots whose workers wait until this one has loaded the backend."""
        return [worker.slot for worker in self._waiting] if slot == self._loading_slot else []

    def worker_ended(self, slot: int) -> list[int]:
        """Take in that a worker has ended; return the slots whose workers waited for it."""
        waiting = self.slots_waiting_for(slot)
        if slot == self._loading_slot:
            self._loading_slot, self._waiting = None, []
        return waiting

    @property
    def template_pid(self) -> int:
        """The process id of the template; 0 where there is none."""
        return template.pid if (template := self._living_template()) is not None else 0

    def take_template(self) -> WorkerTemplate | None:
        """Return the template, if there is one, for the caller to end; another one is loaded when needed."""
        template, self._template = self._template, None
        return template

    def _living_template(self) -> WorkerTemplate | None:
        return self._template if self._template is not None and self._template.is_alive else None

    def _start_waiting(self) -> None:
        waiting, self._waiting, self._loading_slot = self._waiting, [], None
        for worker in waiting:
            self._spawn(self._start(worker))

    async def _start(self, worker: WorkerHandle) -> None:
        config = self._config
        try:
            if (template := self._living_template()) is not None:
                await worker.fork(template)
                return
            python = python_of(self._name, config.environment)
            await worker.start(
                (python, str(_BOOTSTRAP), str(config.adapter.absolute())),
                worker_environment(config),
                config.settings,
                config.default_voice,
                config.folder.absolute(),
                loudness_lufs=config.loudness_lufs,
                fade_ms=config.fade_ms,
                limiter=config.limiter,
                may_be_template=worker.slot == self._loading_slot,
            )
        except (VoiceServerError, OSError) as error:
            reason = (
                error.message
                if isinstance(error, VoiceServerError)
                else f"its python cannot be run: {(error.strerror or str(error)).lower()}"
            )
            self._handler.load_failed(worker.slot, reason, getattr(error, "code", ""))
            self._handler.worker_ended(worker.slot, "could not be started", "")
