"""Somebody who follows a page of docs/: saves its files and runs its commands, in a folder of their own.

Commands stand in blocks marked `sh`. A file is a block behind a paragraph that names it. Two kinds of
commands are not run as they stand: a server takes free ports, so that
tests can run beside each other, and what downloads an engine is left to `.ci/run`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"`([\w/]+\.\w+)`")
_UV = re.compile(r"\buv run (?:--no-dev |--extra \w+ )*(?=voice-server|python)")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code, and the last file that the paragraph before it names."""

    language: str
    code: str
    file: str


def page(name: str) -> str:
    """The text of a page of docs/."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """The blocks of a page, in order."""
    found = []
    for fence in _FENCE.finditer(text):
        paragraph = text[: fence.start()].rstrip("\n").rpartition("\n\n")[2]
        names = _FILE.findall(paragraph)
        found.append(Block(fence[1], fence[2], names[-1] if names else ""))
    return found


def commands(code: str) -> list[str]:
    """The commands of a block, each with what continues it on further lines."""
    return [line for line in re.sub(r"\\\n", "", code).splitlines() if line.strip()]


@dataclass
class Reader:
    """A reader's folder, the server that they have started, and what they have heard of their commands."""

    folder: Path
    variables: dict[str, str]
    port: int = 0
    wyoming_port: int = 0
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def save(self, file: str, code: str) -> None:
        """Save a block as a file."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._here(code), encoding="utf-8")

    def run(self, command: str, **options: Any) -> str:
        """Run a command to its end, which must be a good one, and return what it prints."""
        run = subprocess.run(["bash", "-ec", self._here(command)], **self._common(options), check=False)
        assert run.returncode == 0, f"{command}\n{run.stdout}"
        return str(run.stdout)

    def start(self, command: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command that is ended with the test at the latest."""
        self.processes.append(subprocess.Popen(["bash", "-ec", f"exec {self._here(command)}"],
                                               **self._common(options)))  # fmt: skip
        return self.processes[-1]

    def serve(self, command: str) -> dict[str, Any]:
        """Start a server, in the place of the one before; return what it says when it is ready."""
        self.end()
        free = re.sub(
            r"--wyoming(?: ([\d.]+):\d+)?", lambda at: f"--wyoming {at[1] or '127.0.0.1'}:0", command
        )
        server = self.start(f"{free} --port 0 --json")
        assert server.stdout is not None
        ready: dict[str, Any] = json.loads(server.stdout.readline())
        self.port = int(ready["url"].rpartition(":")[2])
        if "wyoming" in ready:
            self.wyoming_port = int(ready["wyoming"].rpartition(":")[2])
        return ready

    def follow(self, code: str) -> list[str]:
        """Run the commands of a block; return what those printed that came to an end."""
        printed = []
        for command in commands(code):
            if "voice-server serve" in command:
                self.serve(command)
            elif "voice-server setup" not in command and "--natural" not in command:
                printed.append(self.run(command))
        return printed

    def end(self) -> None:
        """End all that runs."""
        for process in self.processes:
            process.terminate()
            process.communicate()
        self.processes.clear()

    def _here(self, code: str) -> str:
        ports = {"8000": self.port, "10200": self.wyoming_port}
        for written, port in ports.items():
            code = code.replace(f"localhost:{written}", f"localhost:{port or written}")
        return _UV.sub("", code)

    def _common(self, options: dict[str, Any]) -> dict[str, Any]:
        return {
            "cwd": self.folder,
            "env": self.variables,
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "text": True,
            "encoding": "utf-8",
        } | options


_SILENT = """\
import voice_server.playback as playback

_Speaker = playback.LocalSpeaker
playback.LocalSpeaker = lambda: _Speaker(silent=True)
"""
"""Loudspeakers that exist only in the program: tests run where there are none."""


@contextmanager
def reader_of_docs(folder: Path) -> Iterator[Reader]:
    """A reader whose home and runtime folder are inside of this one, without configuration of their own."""
    home = folder / "home"
    here, site, runtime = folder / "here", folder / "site", folder / "runtime"
    for each in (home, here, site, runtime):
        each.mkdir(mode=0o700)
    (site / "sitecustomize.py").write_text(_SILENT)
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("VOICE_SERVER", "XDG"))},
        "HOME": str(home),
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv")),
        "XDG_RUNTIME_DIR": str(runtime),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(site),
        "PYTHONUNBUFFERED": "1",
        "VOICE_SERVER_NATURAL": "0",
    }
    reader = Reader(here, variables)
    try:
        yield reader
    finally:
        reader.end()
