"""The worked agent in JavaScript (examples/agent.mjs): interrupted, and with servers that go down."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.live import live_server
from tests.e2e.node import NEEDS_NODE, NODE

ROOT = Path(__file__).resolve().parents[2]
ANSWER = (
    "Cold dough rises slowly, but it does rise. Give it a night in the fridge, and it tastes better for it."
)

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.timeout(90),
    NEEDS_NODE,
]


@contextmanager
def agent(url: str, folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The example while it runs; standard error goes into its output."""
    command = [
        *NODE,
        str(ROOT / "examples" / "agent.mjs"),
        "--url",
        url,
        *options,
    ]
    environment = {**os.environ, "NODE_NO_WARNINGS": "1"}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def server(port: int) -> Iterator[subprocess.Popen[str]]:
    """A server process on a port."""
    command = [sys.executable, str(ROOT / "voice_server" / "server.py"), "--port", str(port), "--json"]
    with subprocess.Popen([*command, "--backend", "espeak"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["url"]
            yield process
        finally:
            process.kill()


def output_until(process: subprocess.Popen[str], text: str) -> list[str]:
    """The lines of a program up to the first one with a text."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return lines
    pytest.fail(f"it never wrote {text!r}: {''.join(lines)}")


def check_history(line: str) -> None:
    """The last line is the history: the first answer as far as it was heard, the second whole."""
    history = json.loads(line)
    assert [each["role"] for each in history] == ["user", "assistant", "user", "assistant"]
    said = "Bread rises because yeast is alive. It eats the sugar in the"
    assert history[1]["content"] == f"{said} … (interrupted)"
    assert history[3]["content"] == ANSWER


def test_the_history_has_what_was_heard_and_the_file_the_sound(tmp_path: Path) -> None:
    with live_server() as url, agent(url, tmp_path) as process:
        told = output_until(process, '"role"')
        assert process.wait(10) == 0
    check_history(told[-1])
    assert any("interrupted after" in line for line in told)
    with wave.open(str(tmp_path / "agent.wav")) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (24_000, 1, 2)
        assert 5 < sound.getnframes() / 24_000 < 30


def test_the_sound_goes_into_a_program_too(tmp_path: Path) -> None:
    with live_server() as url, agent(url, tmp_path, "--play", "cat > heard.pcm") as process:
        check_history(output_until(process, '"role"')[-1])
        assert process.wait(10) == 0
    assert (tmp_path / "heard.pcm").stat().st_size > 5 * 48_000


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_that_goes_down_and_comes_again_costs_no_word(
    number: signal.Signals, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with server(port) as first, agent(f"127.0.0.1:{port}", tmp_path) as process:
        told = output_until(process, "Cold dough")
        first.send_signal(number)
        first.wait(20)
        told += output_until(process, "connection: connecting")
        with server(port):
            told += output_until(process, '"role"')
            assert process.wait(10) == 0
    check_history(told[-1])
    assert [line.split()[1] for line in told if line.startswith("connection")] == [
        "open",
        "connecting",
        "open",
    ]
    captions = [
        line.split(" s  ")[1] for line in told[told.index("user: And in the fridge?\n") :] if " s  " in line
    ]
    # A server that drains may part a sentence, and one that broke off inside is spoken anew.
    assert " ".join(dict.fromkeys(captions)).split() == ANSWER.split()


def test_mistakes_are_told_in_a_sentence(tmp_path: Path) -> None:
    with agent("http://127.0.0.1:1", tmp_path) as process:
        assert "start one with: voice-server serve" in output_until(process, "agent:")[-1]
        assert process.wait(10) == 1
    with live_server() as url, agent(url, tmp_path, "--voice", "nobody") as process:
        assert "unknown voice 'nobody'; there are" in output_until(process, "agent:")[-1]
        assert process.wait(10) == 1
