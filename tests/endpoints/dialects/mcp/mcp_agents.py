"""Agents: the official client against a live server whose loudspeakers nobody hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import mcp_types as types
import msgspec
from mcp.client.client import Client

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.endpoints.serving import Served, served

CURRENT, OLDER = "auto", "legacy"
"""How the client begins: it probes for the current revision, or it shakes hands as older ones do."""
HEADERS = {"Accept": "application/json, text/event-stream"}
LONG = "This is heard for rather more than a second, so that there is something to stop. " * 2


@dataclass
class AgentAtWork:
    """A client with a name, and the progress that it was told."""

    client: Client
    progress: list[tuple[float, float | None, str | None]] = field(default_factory=list)

    async def call(self, tool: str, **arguments: Any) -> str:
        """The sentences of an answer, which must be no error."""
        result = await self.result(tool, **arguments)
        assert not result.is_error, result.content
        return text_of(result)

    async def refused(self, tool: str, **arguments: Any) -> str:
        """The sentences of an answer, which must be an error."""
        result = await self.result(tool, **arguments)
        assert result.is_error, result.content
        return text_of(result)

    async def result(self, tool: str, **arguments: Any) -> types.CallToolResult:
        async def note(progress: float, total: float | None, message: str | None) -> None:
            self.progress.append((progress, total, message))

        return await self.client.call_tool(tool, arguments, progress_callback=note)


def text_of(result: types.CallToolResult) -> str:
    return "\n".join(each.text for each in result.content if isinstance(each, types.TextContent))


@asynccontextmanager
async def agent_of(
    server: Served, *, mode: str = CURRENT, name: str = "tester", query: str = ""
) -> AsyncIterator[AgentAtWork]:
    """An agent that is connected to a server."""
    info = types.Implementation(name=name, version="1")
    address = f"http://127.0.0.1:{server.port}/mcp{query}"
    async with Client(address, mode=mode, client_info=info) as client:
        yield AgentAtWork(client)


@asynccontextmanager
async def silent_server(
    pool: ArithmeticPool | None = None, agents: Mapping[str, str] | None = None, **guard: Any
) -> AsyncIterator[Served]:
    """A server that plays on the device without sound."""
    pool = pool or ArithmeticPool(frame_s=0.0)
    config = msgspec.structs.replace(config_of(*pool.names), agents=agents or {})
    async with served(pool, config, **guard) as server:
        await server.state.loudspeakers.set_device("null")
        await server.state.loudspeakers.take_warnings()
        yield server


def talk(scene: Callable[[Served], Awaitable[None]], limit_s: float = 15, **how: Any) -> None:
    """Run a scene with a server of its own."""

    async def main() -> None:
        async with asyncio.timeout(limit_s), silent_server(**how) as server:
            await scene(server)

    asyncio.run(main())


def texts(server: Served) -> list[str]:
    """What is heard and waits, in order."""
    status = server.state.loudspeakers.status()
    return [entry.text for entry in (*status.playing, *status.waiting)]


def voices(server: Served) -> list[str]:
    """Whose voices are heard and wait, in order."""
    status = server.state.loudspeakers.status()
    return [entry.voice for entry in (*status.playing, *status.waiting)]


async def post(client: httpx.AsyncClient, message: object, **headers: str) -> httpx.Response:
    """The response to one JSON-RPC message."""
    return await client.post("/mcp", json=message, headers=HEADERS | headers)
