"""Who renders next: the segment whose listener would fall silent first.

Earliest deadline first, over the listeners that wait for one backend. A first segment's deadline is the
moment it was asked for; a later one's is the moment its listener runs out of sound. Among equal deadlines the
listener served longest ago comes first. A listener that already has more than `ahead_s` of sound waits while
anybody else does not, and one whose rendered audio nobody takes waits until it is taken: a stalled reader
never holds a worker.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Protocol


class Listener(Hashable, Protocol):
    """What the scheduler must know of an utterance."""

    @property
    def wants_render(self) -> bool:
        """Whether a segment waits and may be rendered now (not paused, buffer not full)."""

    def deadline(self, now: float) -> float:
        """When the listener hears silence unless the waiting segment is rendered."""

    @property
    def ahead_s(self) -> float:
        """How many seconds of sound make a listener let others go first."""


class Scheduler:
    """Hands out the slots of every backend; `slots` is the number of its workers."""

    def __init__(self, slots: Mapping[str, int]) -> None:
        self._free = dict(slots)
        self._waiting: dict[str, dict[Listener, int]] = {backend: {} for backend in slots}
        self._served = 0

    def submit(self, backend: str, listener: Listener) -> None:
        """Say that a listener has a segment for a backend; harmless when it is known already."""
        self._waiting[backend].setdefault(listener, 0)

    def withdraw(self, backend: str, listener: Listener) -> None:
        """Say that a listener has nothing more for a backend; harmless when unknown."""
        self._waiting[backend].pop(listener, None)

    def is_wanted(self, backend: str) -> bool:
        """Whether anybody waits for a backend."""
        return bool(self._waiting[backend])

    def release(self, backend: str) -> None:
        """Give back a slot that `choose` handed out."""
        self._free[backend] += 1

    def choose(self, backend: str, now: float) -> Listener | None:
        """The listener to serve next on a free slot, which is taken; None if nobody is to be served now."""
        if self._free[backend] <= 0:
            return None
        served = self._waiting[backend]
        chosen: Listener | None = None
        first = (True, 0.0, 0)
        for listener, last_served in served.items():
            if listener.wants_render:
                deadline = listener.deadline(now)
                rank = (deadline - now > listener.ahead_s, deadline, last_served)
                if chosen is None or rank < first:
                    chosen, first = listener, rank
        if chosen is not None:
            self._free[backend] -= 1
            self._served += 1
            served[chosen] = self._served
        return chosen
