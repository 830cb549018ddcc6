"""examples/agent.py against a live server: captions, a barge-in, a server that is killed while it speaks."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from examples.agent import Agent, History
from tests.e2e.live import config_with, live_server
from voice_server.commands.benchmark.server_process import _config_fields

pytestmark = pytest.mark.timeout(90)
ANSWER = "One sentence is here. A second one comes behind it. And this is the third."


async def model(_history: History) -> AsyncIterator[str]:
    for token in ANSWER.split(" "):
        yield token + " "
        await asyncio.sleep(0.001)


def said(agent: Agent) -> list[tuple[str, str]]:
    return [(each["role"], " ".join(each["content"].split())) for each in agent.history]


def test_every_answer_is_heard_captioned_and_remembered() -> None:
    shown: list[str] = []

    async def lines() -> AsyncIterator[str]:
        yield "Tell me."

    async def main(url: str) -> Agent:
        agent = Agent(model, None, shown.append, url)
        await agent.run(lines())
        return agent

    with live_server() as url:
        agent = asyncio.run(main(url))
    assert said(agent) == [("user", "Tell me."), ("assistant", ANSWER)]
    assert "".join(shown).strip() == ANSWER
    assert len([each for each in shown if each.strip()]) > 5, "captions come word by word"


def test_a_line_that_is_typed_while_it_speaks_interrupts_and_the_history_has_what_was_heard() -> None:
    async def main(url: str) -> Agent:
        second_sentence = asyncio.Event()

        def show(caption: str) -> None:
            if "second" in caption:
                second_sentence.set()

        async def lines() -> AsyncIterator[str]:
            yield "Tell me."
            await second_sentence.wait()
            yield "Stop. What was that?"

        agent = Agent(model, None, show, url)
        await agent.run(lines())
        return agent

    with live_server() as url:
        agent = asyncio.run(main(url))
    (_, first), (_, heard), (_, second), (_, whole) = said(agent)
    assert (first, second, whole) == ("Tell me.", "Stop. What was that?", ANSWER)
    assert ANSWER.startswith(heard)
    assert "second" in heard
    assert "third" not in heard


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def served_at(port: int, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A server in a process of its own; it may be killed inside the block."""
    file = folder / "backends.yaml"
    file.write_text(json.dumps(_config_fields(config_with("espeak"))))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voice_server.cli", "serve", "--json"),
        *("--port", str(port), "--config", str(file)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline()
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def test_after_its_server_was_killed_it_goes_on_behind_the_last_word_that_was_heard(tmp_path: Path) -> None:
    shown: list[str] = []
    port = _free_port()

    async def lines() -> AsyncIterator[str]:
        yield "Tell me."

    async def main() -> Agent:
        is_speaking = asyncio.Event()

        async def slow_model(_history: History) -> AsyncIterator[str]:
            yield "One sentence is here. A second one "
            await is_killed.wait()
            yield "comes behind it. And this is the third."

        def show(caption: str) -> None:
            shown.append(caption)
            if "sentence" in caption:
                is_speaking.set()

        is_killed = asyncio.Event()
        agent = Agent(slow_model, None, show, f"ws://127.0.0.1:{port}")
        async with asyncio.TaskGroup() as tasks:
            async with served_at(port, tmp_path) as process:
                tasks.create_task(agent.run(lines()))
                await is_speaking.wait()
                process.send_signal(signal.SIGKILL)
                await process.wait()
            is_killed.set()
            async with served_at(port, tmp_path):
                while len(agent.history) < 2:
                    await asyncio.sleep(0.05)
        return agent

    agent = asyncio.run(main())
    assert said(agent) == [("user", "Tell me."), ("assistant", ANSWER)]
    assert " ".join("".join(shown).split()) == ANSWER
