"""Whether anybody still uses the server: one that a program started for itself ends when nobody does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send


class ConnectionActivity:
    """ASGI middleware that knows when the last connection ended."""

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
        """How long nobody has been connected."""
        return 0.0 if self._open else asyncio.get_running_loop().time() - self._ended_at


async def until_idle(limit_s: float, use: ConnectionActivity, is_busy: Callable[[], bool]) -> None:
    """Return when nobody has been connected, and nothing was busy, for `limit_s`."""
    loop = asyncio.get_running_loop()
    busy_at = loop.time()
    while True:
        if is_busy():
            busy_at = loop.time()
        idle_s = min(use.idle_s(), loop.time() - busy_at)
        if idle_s >= limit_s:
            return
        # Nobody tells when work ends, so it is looked at ten times as often as need be.
        await asyncio.sleep(limit_s / 10)
