"""A server process with the engines that are heard, all of them up; its workers can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

_PROGRAM = Path(__file__).resolve().parents[2] / "voice_server" / "server.py"
_START_S = 120
_POLL_S = 0.2


@dataclass(frozen=True)
class HeardServer:
    """Where a server process is."""

    url: str
    pid: int

    def backends(self) -> Mapping[str, Mapping[str, Any]]:
        """The state of every backend, by name."""
        try:
            answer = self._get("/health")
        except urllib.error.HTTPError as error:  # 503 while the default one does not speak
            answer = error.read()
        found: Mapping[str, Mapping[str, Any]] = json.loads(answer)["backends"]
        return found

    def retried(self, backend: str) -> int:
        """How many sentences of a backend were rendered again because their worker had ended."""
        wanted = f'voice_server_retried_total{{backend="{backend}"}} '
        (line,) = (line for line in self._get("/metrics").decode().splitlines() if line.startswith(wanted))
        return int(float(line.removeprefix(wanted)))

    def kill_workers(self, backend: str) -> None:
        """Kill every worker of a backend; the process that they are copies of, if they are, stays."""
        adapter = str(Path("tts_backends") / backend / "backend.py")
        below = psutil.Process(self.pid).children(recursive=True)
        workers = [each for each in below if any(adapter in argument for argument in each.cmdline())]
        copied = {each.ppid() for each in workers}
        for worker in workers:
            if worker.pid not in copied:
                os.kill(worker.pid, signal.SIGKILL)

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path) as answer:  # noqa: S310 - it is http
            body: bytes = answer.read()
        return body


@contextmanager
def heard_server(backends: Sequence[str]) -> Iterator[HeardServer]:
    """`serve` with these backends, once each is up: while one starts, its fallback would speak for it.

    Fails with what keeps one from starting.
    """
    named = [argument for name in backends for argument in ("--backend", name)]
    command = [sys.executable, str(_PROGRAM), "--port", "0", "--json", *named]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            server = HeardServer(json.loads(process.stdout.readline())["url"], process.pid)
            _wait_until_up(server, backends)
            yield server
        finally:
            process.terminate()
            process.communicate()


def _wait_until_up(server: HeardServer, backends: Sequence[str]) -> None:
    limit = time.monotonic() + _START_S
    while time.monotonic() < limit:
        states = server.backends()
        if all(states[name]["state"] == "up" for name in backends):
            return
        time.sleep(_POLL_S)
    raise AssertionError(f"not up within {_START_S} s: {states}")
