"""`voice-server mcp` as an agent's program starts it: this user's own server, which it shares with `say`."""

from __future__ import annotations

import asyncio
import signal
import sys
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters

from tests.e2e.saying import Home, home, wait_until_gone
from tests.endpoints.dialects.mcp.mcp_agents import CURRENT, OLDER, AgentAtWork

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(120)]

LONG = "This takes rather long to say. " * 20


@asynccontextmanager
async def agent_of(user: Home, mode: str = CURRENT) -> AsyncIterator[AgentAtWork]:
    """An agent whose program runs in the user's folder."""
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "voice_server", "mcp"], env=user.variables, cwd=user.folder
    )
    async with Client(parameters, mode=mode) as client:
        yield AgentAtWork(client)


@pytest.mark.parametrize("mode", [CURRENT, OLDER])
def test_the_first_text_starts_the_server_and_the_next_one_starts_it_again(tmp_path: Path, mode: str) -> None:
    async def scene(user: Home) -> None:
        async with agent_of(user, mode) as agent:
            assert user.server() is None
            assert "says it now" in await agent.call("speak", text="Hello world.", wait=False)
            first = user.server()
            assert first is not None
            await agent.call("speak", text=LONG, interrupt=True)
            assert "playing" in await asyncio.to_thread(user.say, "--playing")
            assert await agent.call("stop") == "Ended 1 text."
            assert (await agent.call("speak", text="One two three.", file="said.wav")).startswith("Saved to ")
            first.send_signal(signal.SIGKILL)
            await asyncio.to_thread(wait_until_gone, [first])
            assert (await agent.call("speak", text="Again.", wait=True)).startswith("Heard to its end")
            second = user.server()
            assert second is not None
            assert second.pid != first.pid
        with wave.open(str(user.folder / "said.wav")) as sound:
            assert sound.getnframes() > 0.2 * sound.getframerate()

    with home(tmp_path) as user:
        asyncio.run(scene(user))


def test_a_server_that_was_started_by_hand_is_used(tmp_path: Path) -> None:
    async def scene(user: Home) -> None:
        async with agent_of(user) as agent:
            by_hand = user.server()
            await agent.call("speak", text=LONG)
            assert user.server() == by_hand
            assert user.ask("GET", "/playback")["state"] == "playing"

    with home(tmp_path) as user, user.serving():
        asyncio.run(scene(user))
