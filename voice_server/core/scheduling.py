"""Which listener's segment is rendered next: earliest deadline first, among those that wait for one backend.

A first segment's deadline is the moment it was submitted; a later one's is the moment its listener runs out
of sound. Among equal deadlines the listener served longest ago comes first. A listener with more than
`ahead_s` of sound waits while another has less, and one whose rendered audio is not read waits until it is: a
stalled reader never holds a worker. Of several slots the last free one is not for a second segment of a
listener whose first sound is still being rendered, so that whoever comes at the same moment need not wait for
both.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Protocol


class Listener(Hashable, Protocol):
    """What the scheduler reads of an utterance."""

    @property
    def may_render(self) -> bool:
        """Whether the segment that waits may be rendered now (not paused, buffer not full)."""

    @property
    def awaits_sound(self) -> bool:
        """Whether the listener has no sound yet, and a worker is at it."""

    def deadline(self, now: float) -> float:
        """When the listener runs out of sound unless the waiting segment is rendered."""

    @property
    def ahead_s(self) -> float:
        """The seconds of sound in store beyond which other listeners come first."""


class Scheduler:
    """Hands out the render slots of every backend; `slots` is the number of its workers."""

    def __init__(self, slots: Mapping[str, int]) -> None:
        self._slots = dict(slots)
        self._free = dict(slots)
        self._waiting: dict[str, dict[Listener, int]] = {backend: {} for backend in slots}
        self._served = 0

    def submit(self, backend: str, listener: Listener) -> None:
        """Queue a listener that has a segment for a backend; no effect when it is queued already."""
        self._waiting[backend].setdefault(listener, 0)

    def withdraw(self, backend: str, listener: Listener) -> None:
        """Remove a listener that has nothing more for a backend; no effect when it is not queued."""
        self._waiting[backend].pop(listener, None)

    def is_wanted(self, backend: str) -> bool:
        """Whether a listener waits for a backend."""
        return bool(self._waiting[backend])

    def slots(self, backend: str) -> int:
        """How many slots there are."""
        return self._slots[backend]

    def busy(self, backend: str) -> int:
        """How many slots are handed out."""
        return self._slots[backend] - self._free[backend]

    def release(self, backend: str) -> None:
        """Give back a slot that `choose` handed out."""
        self._free[backend] += 1

    def choose(self, backend: str, now: float) -> Listener | None:
        """Take a free slot for the listener to serve next; None if there is no slot or no listener."""
        if self._free[backend] <= 0:
            return None
        waiting = self._waiting[backend]
        is_last = self._free[backend] == 1 and self._slots[backend] > 1
        chosen = _most_urgent(waiting, now, is_last)
        if chosen is not None:
            self._free[backend] -= 1
            self._served += 1
            waiting[chosen] = self._served
        return chosen


def _most_urgent(waiting: Mapping[Listener, int], now: float, is_last: bool) -> Listener | None:
    """The listener with the earliest deadline; `waiting` says when each was last served, as a count.

    With `is_last`, the last slot of several, none that awaits sound.
    """
    chosen: Listener | None = None
    chosen_rank = (True, 0.0, 0)
    for listener, last_served in waiting.items():
        if listener.may_render and not (is_last and listener.awaits_sound):
            deadline = listener.deadline(now)
            has_plenty = deadline > now and deadline - now > listener.ahead_s
            rank = (has_plenty, deadline, last_served)
            if chosen is None or rank < chosen_rank:
                chosen, chosen_rank = listener, rank
    return chosen
