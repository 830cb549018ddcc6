"""Runs the programs of others' clients against a live server, and says the same text over /stream-tokens."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from websockets.sync.client import connect

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
KEY: Final = "a-key-of-theirs"
"""What the server has as its token: every client must carry it in its own way."""
PROGRAM_S: Final = 110

_PYTHON: Final = HERE / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
_NODE_MODULES: Final = HERE / "js" / "node_modules"

Scenes = dict[str, dict[str, Any]]


def python_client(name: str, url: str) -> Scenes:
    """What `scripts/NAME.py` reports; skips where the clients are not installed."""
    if not _PYTHON.exists():
        pytest.skip("no clients are installed: uv sync --project tests/clients")
    return _scenes([str(_PYTHON), "-W", "ignore", "-m", f"tests.clients.scripts.{name}", url, KEY])


def node_client(name: str, url: str) -> Scenes:
    """What `js/NAME.mjs` reports; skips where the clients are not installed."""
    node = shutil.which("node")
    if node is None or not _NODE_MODULES.exists():
        pytest.skip("no clients are installed: npm ci --prefix tests/clients/js")
    return _scenes([node, str(HERE / "js" / f"{name}.mjs"), url, KEY])


def _scenes(command: list[str]) -> Scenes:
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=PROGRAM_S)
    assert done.returncode == 0, done.stderr[-4000:]
    scenes: Scenes = json.loads(done.stdout.splitlines()[-1])
    return scenes


def sound_of(scene: dict[str, Any]) -> bytes:
    """The sound that a client received."""
    return base64.b64decode(scene["audio"])


def stream_tokens(url: str, text: str, *, rate: int = 24_000, encoding: str = "pcm_s16le") -> bytes:
    """The sound of a text over /stream-tokens."""
    sound = bytearray()
    address = f"{url.replace('http', 'ws', 1)}/stream-tokens?v=2&token={KEY}"
    with connect(address, compression=None, max_size=None) as socket:
        socket.send(json.dumps({"format": {"rate": rate, "encoding": encoding}, "token": text, "done": True}))
        for message in socket:
            if isinstance(message, bytes):
                sound += message
    return bytes(sound)
