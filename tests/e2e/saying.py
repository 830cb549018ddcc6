"""`say` as a user runs it: real programs, a home of their own, and the server that they start."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
_CONFIG = """\
default_backend: {default}
backends:
  espeak: {{adapter: {root}/tts_backends/espeak/backend.py, workers: 2}}
  tone: {{adapter: {root}/tts_backends/tone/backend.py}}
"""


@dataclass
class Home:
    """A user's folders, and the variables that lead there."""

    folder: Path
    variables: dict[str, str]

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "voice_server.cli", "say", *arguments]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            text=True,
            env=self.variables,
            cwd=ROOT,
        )

    def run(
        self, *arguments: str, text: str | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `say` to its end, whatever that is."""
        return subprocess.run(
            self.command(*arguments),
            input="" if text is None else text,
            capture_output=True,
            text=True,
            env=self.variables | variables,
            cwd=ROOT,
            timeout=15,
            check=False,
        )

    def say(self, *arguments: str, text: str | None = None) -> str:
        """Run `say`, which must succeed; return what it printed."""
        done = self.run(*arguments, text=text)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def serving(self, *program: str) -> Iterator[None]:
        """A server started by hand, or another such program, from when it is found to its end."""
        command = [*(program or (*self.command()[:-1], "serve")), "--port", "0"]
        process = subprocess.Popen(command, env=self.variables, cwd=ROOT, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: (found := self.server()) is not None and found.pid == process.pid)
            yield
        finally:
            process.terminate()
            process.wait()

    def ask(self, method: str, path: str, fields: Mapping[str, object] | None = None) -> Any:
        """The server's own answer, without a program in between."""
        file = self.folder / "run" / "voice-server" / "server.pid"
        connection = http.client.HTTPConnection(json.loads(file.read_text())["url"].removeprefix("http://"))
        try:
            body = None if fields is None else json.dumps(fields)
            connection.request(method, path, body, {"Content-Type": "application/json"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def wait_until_idle(self) -> None:
        """Wait until everything has been heard."""
        wait_until(lambda: self.ask("GET", "/playback")["state"] == "idle", patience_s=15.0)

    def server(self) -> psutil.Process | None:
        """The server that runs, by its pid file."""
        file = self.folder / "run" / "voice-server" / "server.pid"
        try:
            return psutil.Process(json.loads(file.read_text())["pid"])
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None

    def processes(self) -> list[psutil.Process]:
        """The server and everything that it has started."""
        server = self.server()
        return [] if server is None else [server, *server.children(recursive=True)]


@contextmanager
def home(
    folder: Path, *, default: str = "tone", variables: Mapping[str, str] | None = None
) -> Iterator[Home]:
    """A user without a server; one that was started meanwhile is gone afterwards."""
    config = folder / "backends.yaml"
    config.write_text(_CONFIG.format(default=default, root=ROOT))
    places = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("STATE", "CACHE", "DATA", "CONFIG")}
    run = folder / "run"
    run.mkdir(mode=0o700)
    own = {"XDG_RUNTIME_DIR": str(run), "VOICE_SERVER_CONFIG": str(config), "VOICE_SERVER_DEVICE": "null"}
    made = Home(folder, os.environ | places | own | dict(variables or {}))
    try:
        yield made
    finally:
        for process in made.processes():
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)


def wait_until_gone(processes: Sequence[psutil.Process], patience_s: float = 10.0) -> None:
    """Wait for processes to end; they must."""
    _, alive = psutil.wait_procs(list(processes), timeout=patience_s)
    assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]


def wait_until(condition: object, patience_s: float = 10.0) -> None:
    """Wait for what other processes do."""
    limit = time.monotonic() + patience_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.02)
