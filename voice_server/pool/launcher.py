"""Gets a backend's workers their processes: one each, started, or forked from a template.

With `forked: true` the first process to be started loads the backend, and the other workers wait for what
becomes of it: a template forks them all, that first one too; a process whose adapter does not want to be
forked goes on as the first worker, and the others are started; and when it fails, they fail with it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from voice_server.config import BackendConfig
from voice_server.errors import VoiceServerError
from voice_server.pool.template import WorkerTemplate, can_fork_here
from voice_server.pool.worker_handle import WorkerHandle, WorkerOwner
from voice_server.provisioning.environments import python_of, worker_environment

_BOOTSTRAP = Path(__file__).resolve().parent.parent / "worker"


class WorkerLauncher:
    """Launches for one backend; what comes of it is told to `owner`."""

    def __init__(
        self,
        name: str,
        config: BackendConfig,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        owner: WorkerOwner,
    ) -> None:
        self._name = name
        self._config = config
        self._spawn = spawn
        self._owner = owner
        self._may_fork = config.forked and can_fork_here()
        self._template: WorkerTemplate | None = None
        self._loader: int | None = None
        self._followers: list[WorkerHandle] = []

    def launch(self, worker: WorkerHandle) -> None:
        """Get a worker a process, as soon as it is known from where."""
        if self._loader is not None:
            self._followers.append(worker)
            return
        if self._may_fork and self._living_template() is None:
            self._loader = worker.slot
        self._spawn(self._start(worker))

    def template_loaded(self, worker: WorkerHandle, template: WorkerTemplate) -> None:
        """Fork from now on, `worker` first, whose process has become the template."""
        if self._template is not None:
            self._spawn(self._template.end(0.0))
        self._template = template
        self._followers.insert(0, worker)
        self._go_on()

    def was_ready(self, slot: int) -> None:
        """Take in that a worker is ready: one that was to become a template has not become one."""
        if slot == self._loader:
            self._may_fork = False
            self._go_on()

    def followers(self, slot: int) -> list[int]:
        """Return the workers that wait for what this one is loading."""
        return [worker.slot for worker in self._followers] if slot == self._loader else []

    def was_lost(self, slot: int) -> list[int]:
        """Take in that a worker has gone; return those that waited for it, which have no process either."""
        followers = self.followers(slot)
        if slot == self._loader:
            self._loader, self._followers = None, []
        return followers

    async def close(self, patience_s: float) -> None:
        """End the template when the workers have gone."""
        if self._template is not None:
            await self._template.end(patience_s)

    def _living_template(self) -> WorkerTemplate | None:
        return self._template if self._template is not None and self._template.is_alive else None

    def _go_on(self) -> None:
        followers, self._followers, self._loader = self._followers, [], None
        for worker in followers:
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
                may_be_template=worker.slot == self._loader,
            )
        except (VoiceServerError, OSError) as error:
            reason = (
                error.message
                if isinstance(error, VoiceServerError)
                else f"its python cannot run: {error.strerror}"
            )
            self._owner.load_failed(worker.slot, reason, getattr(error, "code", ""))
            self._owner.worker_gone(worker.slot, "could not be started", "")
