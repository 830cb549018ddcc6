"""`voice-server mcp` as the program of an agent runs it: a process on two pipes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import mcp_types as types
import pytest
from click.testing import CliRunner
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters

from tests.endpoints.dialects.mcp.mcp_agents import CURRENT, LONG, OLDER, AgentAtWork, talk, texts, voices
from tests.endpoints.serving import Served
from voice_server.cli import cli
from voice_server.endpoints.dialects.mcp import mcp_endpoint

pytestmark = pytest.mark.timeout(60)  # a program imports the SDK

PROGRAM = [sys.executable, "-m", "voice_server", "mcp"]
INITIALIZE = (
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},'
    '"clientInfo":{"name":"x","version":"1"}}}\n'
)


@asynccontextmanager
async def program(server: Served, *options: str, mode: str = CURRENT) -> AsyncIterator[AgentAtWork]:
    """An agent that has started the program."""
    arguments = [*PROGRAM[1:], "--url", f"http://127.0.0.1:{server.port}", *options]
    parameters = StdioServerParameters(command=PROGRAM[0], args=arguments, env=dict(os.environ))
    info = types.Implementation(name="claude-ai", version="1")
    async with Client(parameters, mode=mode, client_info=info) as client:
        yield AgentAtWork(client)


@pytest.mark.parametrize("mode", [CURRENT, OLDER])
def test_an_agent_speaks_waits_and_stops_over_the_pipes(mode: str) -> None:
    async def scene(server: Served) -> None:
        async with program(server, mode=mode) as agent:
            assert len((await agent.client.list_tools()).tools) == 3
            await agent.call("speak", text=LONG)
            assert voices(server) == ["bert"]
            assert await agent.call("stop") == "Ended 1 text."
            call = asyncio.create_task(agent.call("speak", text=LONG, wait=True))
            while not any(progress for progress, *_ in agent.progress):
                await asyncio.sleep(0.01)
            call.cancel()
            while texts(server):
                await asyncio.sleep(0.01)
            assert (await agent.refused("speak", text="x", voice="nobody")).startswith(
                "unknown voice 'nobody'"
            )

    talk(scene, 60, agents={"claude-ai": "bert"})


@pytest.mark.parametrize("option", [("--agent", "reviewer"), ("--voice", "bert")], ids=" ".join)
def test_a_voice_is_that_of_the_options(option: tuple[str, str]) -> None:
    async def scene(server: Served) -> None:
        async with program(server, *option) as agent:
            await agent.call("speak", text=LONG)
            assert voices(server) == ["bert"]
            server.state.loudspeakers.stop()

    talk(scene, 60, agents={"reviewer": "bert", "claude-ai": "alba"})


def test_a_program_that_is_killed_speaks_no_longer() -> None:
    async def scene(server: Served) -> None:
        parameters = [*PROGRAM, "--url", f"http://127.0.0.1:{server.port}"]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*parameters, stdin=pipe, stdout=pipe)
        assert process.stdin is not None
        call = (
            '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"speak","arguments":'
            '{"text":"Something long. Something long. Something long. Something long.","wait":true}}}\n'
        )
        process.stdin.write((INITIALIZE + call).encode())
        await process.stdin.drain()
        while not texts(server):
            await asyncio.sleep(0.01)
        process.kill()
        await process.communicate()
        while texts(server):
            await asyncio.sleep(0.01)

    talk(scene, 60)


def started() -> subprocess.Popen[str]:
    """The program after its handshake."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(PROGRAM, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(INITIALIZE)
    process.stdin.flush()
    assert '"protocolVersion":"2025-06-18"' in process.stdout.readline()
    return process


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (lambda process: process.stdin.close(), 0),
        (lambda process: process.send_signal(signal.SIGTERM), 143),
        (lambda process: process.send_signal(signal.SIGINT), 130),
    ],
    ids=["the input ends", "SIGTERM", "SIGINT"],
)
def test_it_ends_with_its_input_and_with_the_first_signal(end: object, code: int) -> None:
    process = started()
    end(process)  # type: ignore[operator]
    assert process.wait(10) == code
    assert process.stderr is not None
    assert process.stderr.read() == ""
    for pipe in (process.stdin, process.stdout, process.stderr):
        assert pipe is not None
        pipe.close()


def test_lines_that_are_no_message_are_answered_and_the_next_one_is_served() -> None:
    sent = "\n{\nnull\n[]\n[[[[\n" + '{"jsonrpc":"2.0"}\n' + '{"text":"\\ud800"}\n' + INITIALIZE
    done = subprocess.run(PROGRAM, input=sent, capture_output=True, text=True, timeout=15, check=False)
    assert done.returncode == 0
    assert '"protocolVersion":"2025-06-18"' in done.stdout
    assert "Traceback" not in done.stderr


def test_without_the_sdk_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_endpoint, "find_spec", lambda _name: None)
    result = CliRunner().invoke(cli, ["mcp"])
    assert result.exit_code == 1
    assert result.output == (
        "error: MCP needs the package mcp, which is not installed: uv sync --extra mcp, or pip install mcp\n"
    )
