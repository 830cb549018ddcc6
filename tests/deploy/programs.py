"""The programs that read the files in deploy/: the system's, and those of the environment in this folder."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
_OWN = Path(__file__).resolve().parent / ".venv" / "bin"


def program(name: str) -> str | None:
    """Where a program is, None where it is not installed."""
    return shutil.which(name, path=_OWN) or shutil.which(name) or shutil.which(name, path="/usr/sbin")


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
