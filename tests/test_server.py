"""The server's one module for programs, which is a script too."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from voice_server import server
from voice_server.client import Audio, Done, Event, connect
from voice_server.config import BackendConfig, Config

PACKAGE = Path(server.__file__).parent
TONE = PACKAGE.parent / "tts_backends" / "tone" / "backend.py"


def test_everything_that_is_listed_is_there() -> None:
    assert all(hasattr(server, name) for name in server.__all__)


def test_a_server_inside_another_program_runs_as_long_as_the_block() -> None:
    async def main() -> list[Event]:
        config = Config(backends={"tone": BackendConfig(adapter=TONE)}, default_backend="tone")
        async with server.running_server(config) as url, connect(url) as stream:
            await stream.send_text("Hello.")
            await stream.done()
            return [event async for event in stream]

    events = asyncio.run(main())
    assert any(isinstance(event, Audio) for event in events)
    assert events[-1] == Done()


@pytest.mark.parametrize(
    ("folder", "script"), [(PACKAGE, "server.py"), (PACKAGE.parent, "voice_server/server.py")]
)
def test_the_script_is_serve_inside_the_package_and_from_the_root(folder: Path, script: str) -> None:
    done = subprocess.run(
        [sys.executable, script, "--backend", "nope"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "unknown backend 'nope'" in done.stderr


def test_main_takes_the_arguments_of_a_program() -> None:
    code = "from voice_server import server; server.main(['--help'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: server.py [OPTIONS]")
