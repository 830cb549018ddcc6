"""How long a server has not been used: one that a program started for itself then ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until_idle(limit_s: float, idle_s: Callable[[], float], is_busy: Callable[[], bool]) -> None:
    """Return when no connection has been open, and nothing was busy, for `limit_s`.

    `idle_s` says for how many seconds no connection has been open.
    """
    loop = asyncio.get_running_loop()
    busy_at = loop.time()
    while True:
        if is_busy():
            busy_at = loop.time()
        rest_s = min(idle_s(), loop.time() - busy_at)
        if rest_s >= limit_s:
            return
        # There is no event for the end of work, so the check runs ten times within the limit.
        await asyncio.sleep(limit_s / 10)
