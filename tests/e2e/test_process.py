"""The server as a program: how it begins, drains, and ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from websockets.asyncio.client import connect

from tests.endpoints.serving import listen, run

PACKAGE = Path(__file__).resolve().parents[2] / "voice_server"


@contextmanager
def server(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process on a free port, and its address."""
    command = [sys.executable, str(PACKAGE / "server.py"), "--port", "0", "--json", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            yield process, str(ready["url"]).replace("http", "ws", 1)
        finally:
            process.kill()
            process.communicate()


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    workers: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return workers


@pytest.mark.parametrize(
    ("number", "times"), [(signal.SIGTERM, 1), (signal.SIGINT, 1), (signal.SIGHUP, 1), (signal.SIGHUP, 2)]
)
@pytest.mark.blocks_loop  # nothing runs in it while the server starts
def test_the_first_signal_lets_open_speech_end_and_the_program_ends_well(
    number: signal.Signals, times: int
) -> None:
    async def main() -> None:
        with server("--backend", "tone") as (process, url):
            workers = workers_of(process)
            async with connect(url + "/stream-tokens?v=2", compression=None) as socket:
                text = "This sentence takes a while to be rendered. And"
                await socket.send(json.dumps({"opts": {"render_factor": 0.05}, "token": text}))
                told = await listen(socket, until="generating")
                process.send_signal(number)
                await listen(socket, until="closing", received=told)
                if times == 2:
                    process.send_signal(number)
                await listen(socket, received=told)
            assert told.of("turn_done")[0]["sentences"] == 2
            assert told.close_code == 1012
            _, errors = await asyncio.to_thread(process.communicate, timeout=10)
            assert process.returncode == 0
            assert "Traceback" not in errors
            assert not psutil.wait_procs(workers, timeout=2)[1]

    run(main)


@pytest.mark.blocks_loop  # nothing runs in it while the server starts
def test_a_server_that_was_started_to_ignore_hang_ups_goes_on() -> None:
    async def main(process: subprocess.Popen[str], url: str) -> None:
        process.send_signal(signal.SIGHUP)
        async with connect(url + "/stream-tokens?v=2", compression=None) as socket:
            await socket.send(json.dumps({"token": "One is here. ", "done": True}))
            assert (await listen(socket)).close_code == 1000
        assert process.poll() is None

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does: a new process inherits it
    try:
        with server("--backend", "tone") as (process, url):
            run(lambda: main(process, url))
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.blocks_loop  # nothing runs in it while the server starts
def test_a_second_signal_ends_it_at_once() -> None:
    async def main() -> None:
        with server("--backend", "tone") as (process, url):
            async with connect(url + "/stream-tokens?v=2", compression=None) as socket:
                await socket.send(
                    json.dumps({"opts": {"render_factor": 50}, "token": "This takes very long. "})
                )
                told = await listen(socket, until="generating")
                process.send_signal(signal.SIGTERM)
                await listen(socket, until="closing", received=told)
                process.send_signal(signal.SIGTERM)
                await listen(socket, received=told)
                assert told.close_code == 1012
            await asyncio.to_thread(process.communicate, timeout=10)
            assert process.returncode == 0

    run(main)


def test_no_worker_outlives_a_server_that_was_killed() -> None:
    with server("--backend", "tone") as (process, _url):
        workers = workers_of(process)
        assert workers
        os.kill(process.pid, signal.SIGKILL)
        gone, alive = psutil.wait_procs(workers, timeout=2)
        assert gone
        assert not alive


def test_a_taken_port_is_said_before_any_worker_is_started() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, str(PACKAGE / "server.py"), "--port", str(port)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    assert ended.returncode != 0
    assert f"cannot listen on 127.0.0.1:{port}: address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_server_imports_no_engine() -> None:
    with server("--backend", "espeak") as (process, _url):
        mapped = Path(f"/proc/{process.pid}/maps")
        if mapped.exists():
            libraries = mapped.read_text(encoding="utf-8")
            assert "torch" not in libraries
            assert "espeak" not in libraries
