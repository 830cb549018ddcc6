"""How long a server has not been used: one that a program started for itself then ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send


class ConnectionActivity:
    """ASGI middleware that measures how long no connection has been open."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open = 0
        self._ended_at = asyncio.get_running_loop().time()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on to the application."""
        self._open += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open -= 1
            self._ended_at = asyncio.get_running_loop().time()

    def idle_s(self) -> float:
        """For how many seconds no connection has been open."""
        return 0.0 if self._open else asyncio.get_running_loop().time() - self._ended_at


async def until_idle(limit_s: float, activity: ConnectionActivity, is_busy: Callable[[], bool]) -> None:
    """Return when no connection has been open, and nothing was busy, for `limit_s`."""
    loop = asyncio.get_running_loop()
    busy_at = loop.time()
    while True:
        if is_busy():
            busy_at = loop.time()
        idle_s = min(activity.idle_s(), loop.time() - busy_at)
        if idle_s >= limit_s:
            return
        # There is no event for the end of work, so the check runs ten times within the limit.
        await asyncio.sleep(limit_s / 10)
