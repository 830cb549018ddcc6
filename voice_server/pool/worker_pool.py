"""`WorkerPool`: the seam between the engine and whatever renders its segments.

`LocalPool` (subprocesses on this machine) is the first implementation; one that spans hosts is another. The
laws each of them keeps:

1. A segment's frames come once each and in order, whatever worker died under it.
2. Closing or cancelling the iterator stops the work and never waits for the engine to notice.
3. A backend that cannot run says so at once; nobody waits for a worker that will not come.
4. One that is unloaded is not down: a segment for it is rendered as soon as it has been loaded again.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from voice_server.core.types import Frame, ReadyBackend, Segment, SpeechWarning, Voice, WordMark


class BackendState(StrEnum):
    """Whether a backend can speak; one that is unloaded is loaded again by the next that speaks with it."""

    STARTING = "starting"
    UP = "up"
    UNLOADED = "unloaded"
    DOWN = "down"
    NOT_SET_UP = "not_set_up"


@dataclass(frozen=True, slots=True)
class BackendStatus:
    """A snapshot of one backend.

    `ready` is what it said of itself when it was first warm (None until then); it stays when the backend goes
    down. `error` is one sentence, "" while nothing is wrong. `free` workers are warm and idle now, `waiting`
    renders have none yet.
    """

    name: str
    state: BackendState
    workers: int
    ready: ReadyBackend | None = None
    error: str = ""
    free: int = 0
    waiting: int = 0

    @property
    def can_speak(self) -> bool:
        """Whether what is given to it now is rendered: at once, or when it has been loaded again."""
        is_coming_back = self.state is BackendState.STARTING and self.ready is not None
        return is_coming_back or self.state in (BackendState.UP, BackendState.UNLOADED)


@dataclass(frozen=True, slots=True)
class BackendMemory:
    """What the processes of a backend take, in bytes: each worker, and the template (0 where there is none).

    On Linux these are shares that add up: what several processes have in common counts once.
    """

    workers: tuple[int, ...] = ()
    template: int = 0

    @property
    def total(self) -> int:
        """What all of them take together."""
        return sum(self.workers) + self.template


@dataclass(frozen=True, slots=True)
class BackendStats:
    """What a backend has done since the pool was opened; times in seconds."""

    rendered: int = 0
    failed: int = 0
    stopped: int = 0
    retried: int = 0
    restarts: int = 0
    audio_s: float = 0.0
    render_s: float = 0.0


class WorkerPool(Protocol):
    """Renders segments on workers; opened by the composition root, used by `SpeechService` only."""

    @property
    def backends(self) -> Mapping[str, BackendStatus]:
        """A snapshot of every backend by name."""

    def voices(self) -> Sequence[Voice]:
        """The voices of all backends that have been ready once, each with its backend's name."""

    def render(self, segment: Segment) -> AsyncGenerator[Frame | WordMark | SpeechWarning, None]:
        """Render a segment; the iterator ends when all of it has been yielded.

        Raises UnknownName for a backend there is not, BackendDown when it has no worker and will have none
        for a while, and RenderError when this segment cannot be rendered; its code is "poison" for a text
        that ends workers, else what the engine gave as its reason. Raises RequestError when no engine could
        obey the segment, as for a recording that cannot be used as a voice.
        Closing it, or cancelling the task that iterates, stops the work and frees the worker.
        """

    def stats(self) -> Mapping[str, BackendStats]:
        """What each backend has done so far."""

    async def memory(self) -> Mapping[str, BackendMemory]:
        """What each backend's processes take; empty where the system does not say. At most a second old."""

    def wake(self, backend: str) -> bool:
        """Have a backend that is unloaded begin to load: somebody is about to speak with it.

        Whether it is loaded, so that a segment waits for nothing but a free worker. Raises UnknownName.
        """

    async def load(self, backend: str) -> None:
        """Start a backend that is unloaded or down; return when its first worker is ready.

        Raises UnknownName, NotSetUp and BackendDown.
        """

    async def unload(self, backend: str) -> None:
        """End a backend's workers until somebody speaks with it; return when their memory is free.

        Raises UnknownName, and InUse while it speaks or has not been ready yet.
        """

    async def aclose(self) -> None:
        """Stop all workers; open renders end with BackendDown."""
