"""Notices that a backend has not been used for a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class IdleWatch:
    """Calls `unload` when nothing was `used` for `limit_s`; never where that is None.

    `unload` returns whether it did so; if not, it is called again after as long a time.
    """

    def __init__(self, limit_s: float | None, unload: Callable[[], bool]) -> None:
        self._limit_s = limit_s
        self._unload = unload
        self._loop = asyncio.get_running_loop()
        self._used_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def used(self) -> None:
        """Take in that the backend is used at this moment."""
        self._used_at = self._loop.time()
        # A timer that runs is not moved for every sentence: it starts itself again for what is left.
        if self._limit_s is not None and self._timer is None:
            self._arm(self._limit_s)

    def close(self) -> None:
        """Call nothing any more."""
        self._limit_s = None
        if self._timer is not None:
            self._timer.cancel()

    def _arm(self, in_s: float) -> None:
        self._timer = self._loop.call_later(in_s, self._check)

    def _check(self) -> None:
        self._timer = None
        if self._limit_s is None:
            return
        left_s = self._used_at + self._limit_s - self._loop.time()
        if left_s > 0:
            self._arm(left_s)
        elif not self._unload():
            self._arm(self._limit_s)
