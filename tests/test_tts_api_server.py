"""The script `tts_api_server.py`: `serve` with another port, and variables of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import voice_server

PACKAGE = Path(voice_server.__file__).parent


def run_script(script: str, *arguments: str, folder: Path = PACKAGE, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, script, *arguments],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("folder", "script"), [(PACKAGE, "tts_api_server.py"), (PACKAGE.parent, "voice_server/tts_api_server.py")]
)
def test_its_port_is_5000_inside_the_package_and_from_the_root(folder: Path, script: str) -> None:
    told = " ".join(run_script(script, "--help", folder=folder).split())
    assert "Usage: tts_api_server.py [OPTIONS]" in told
    assert "[default: 5000; 0<=x<=65535]" in told


def test_another_address_is_named_by_its_variables() -> None:
    told = run_script("tts_api_server.py", TTS_HOST="192.0.2.1", TTS_PORT="8080")
    assert told.startswith("error: to listen on 192.0.2.1 say who may come in")
    assert "70000 is not in the range" in run_script("tts_api_server.py", TTS_PORT="70000")


def test_the_port_of_serve_itself_stays_8000() -> None:
    told = " ".join(run_script("server.py", "--help").split())
    assert "[default: 8000; 0<=x<=65535]" in told
