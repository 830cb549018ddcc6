"""What is told of a backend: whether it speaks, and what its processes take."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from voice_server.pool import BackendMemory, BackendStatus
from voice_server.speech import SpeechService


class BackendHealth(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One backend.

    `state` is `up`, `starting`, `unloaded` (its workers have ended because nobody needed them, and start
    again for the next sentence), `down` or `not_set_up`. `speaks` says whether a sentence given to it now is
    spoken, be it after it has been loaded again. `free` workers have nothing to do, `waiting` sentences have
    no worker yet, and `restarts` workers were started in place of another. `memory_bytes` is what all of its
    processes take, `worker_memory_bytes` what each worker takes and `template_memory_bytes` what the process
    takes that they were forked from; all three are missing where the system does not say. Of a backend whose
    set-up left languages out, `left_out` says by their tags how to get them.
    """

    state: str
    speaks: bool
    workers: int
    free: int
    waiting: int
    restarts: int
    error: str
    memory_bytes: int | None = None
    worker_memory_bytes: list[int] | None = None
    template_memory_bytes: int | None = None
    left_out: dict[str, str] | None = None


async def backends_health(service: SpeechService) -> dict[str, BackendHealth]:
    """The state of every backend by name."""
    memory, restarts = await service.backend_memory(), service.worker_restarts()
    return {name: _health_of(status, memory, restarts[name]) for name, status in service.backends().items()}


def _health_of(status: BackendStatus, memory: Mapping[str, BackendMemory], restarts: int) -> BackendHealth:
    taken = memory.get(status.name)
    left_out = {} if status.ready is None else dict(status.ready.capabilities.left_out)
    return BackendHealth(
        state=status.state.value,
        speaks=status.can_speak,
        workers=status.workers,
        free=status.free,
        waiting=status.waiting,
        restarts=restarts,
        error=status.error,
        memory_bytes=None if taken is None else taken.total,
        worker_memory_bytes=None if taken is None else list(taken.workers),
        template_memory_bytes=None if taken is None else taken.template,
        left_out=left_out or None,
    )
