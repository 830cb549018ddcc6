"""`/mcp`: the tools over streamable HTTP, for as long as the server runs, from the first request on.

What this needs is imported with the first request, in a thread: a server that serves no agent starts as fast
and is as small as before. Requests of the current revision (2026-07-28) are complete in themselves; those of
older ones belong to a session, which is forgotten when it has not been used for a day. There is no stream
that only the server writes to, so GET is not possible.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from voice_server.endpoints.app_state import AppState
from voice_server.endpoints.dialects.mcp.sound_links import SoundLinks
from voice_server.endpoints.dialects.mcp.tools import Tools
from voice_server.endpoints.http.problems import NotInstalled

if TYPE_CHECKING:
    from voice_server.endpoints.dialects.mcp.http_sessions import HttpSessions

PATH: Final = "/mcp"
_METHODS = ("DELETE", "POST")


def routes(state: AppState) -> list[BaseRoute]:
    """The address of the protocol, and those of the sounds that its answers name."""
    links = SoundLinks(state)
    return [
        Route(PATH, McpEndpoint(state, Tools(state, links))),
        Route(f"{PATH}/sounds/{{name}}", links.fetch),
    ]


def check_installed() -> None:
    """Raise NotInstalled where the SDK, an extra of this package, is not there."""
    if find_spec("mcp") is None:
        raise NotInstalled(
            "MCP needs the package mcp, which is not installed: uv sync --extra mcp, or pip install mcp"
        )


class McpEndpoint:
    """An ASGI application for the address of the protocol."""

    def __init__(self, state: AppState, tools: Tools) -> None:
        self._state = state
        self._tools = tools
        self._sessions: HttpSessions | None = None
        self._starting = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises HTTPException for a method that is not possible, and NotInstalled."""
        if scope["method"] not in _METHODS:
            raise HTTPException(405, headers={"Allow": ", ".join(_METHODS)})
        check_installed()
        async with self._starting:
            if self._sessions is None:
                self._sessions = await self._start()
        await self._sessions.handle(scope, receive, send)

    async def _start(self) -> HttpSessions:
        await asyncio.to_thread(import_module, "voice_server.endpoints.dialects.mcp.http_sessions")
        from voice_server.endpoints.dialects.mcp.http_sessions import HttpSessions  # noqa: PLC0415 - see above

        sessions = HttpSessions(self._state, self._tools)
        is_running = asyncio.Event()
        self._state.spawn(sessions.run(is_running))
        await is_running.wait()
        return sessions
