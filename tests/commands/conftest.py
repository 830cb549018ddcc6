"""Runs commands the way a terminal would, with a server of tones in the same program."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.natural_engines import natural_config
from voice_server.cli import cli
from voice_server.config import Config

RunCommand = Callable[..., Result]
_FAKE_UV = f"""#!{sys.executable}
import os, pathlib, shutil, sys
if sys.argv[1] == "venv":
    venv, own = pathlib.Path(sys.argv[-1]), pathlib.Path({sys.prefix!r})
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    (venv / "lib").symlink_to(own / "lib")
    shutil.copy(own / "pyvenv.cfg", venv)
if sys.argv[1] == "export":
    pathlib.Path(sys.argv[-1].partition("=")[2]).touch()
if sys.argv[1] == "pip":
    if pathlib.Path("gate").exists():
        open("gate").read()
    if pathlib.Path("offline").exists():
        sys.exit("error: Failed to fetch: https://pypi.org/simple/x/")
    print("Installed 3 packages in 2ms", file=sys.stderr)
"""


_ADAPTER = (
    "from voice_server.worker.api import Voice\n"
    "class Backend:\n"
    "    sample_rate = 24000\n"
    "    def voices(self): yield Voice('ann', 'Ann', 'en')\n"
    "    def synthesize(self, text, voice, options): yield bytes(4800)\n"
)


@pytest.fixture
def run_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunCommand:
    """Run `voice-server …` in an empty folder, without speakers; `input` is what is piped into it."""
    adapter = Path(__file__).parents[2] / "tts_backends" / "tone" / "backend.py"
    config = tmp_path / "config" / "backends.yaml"
    config.parent.mkdir()
    config.write_text(
        f"backends:\n  tone: {{adapter: {adapter}}}\n  broken: {{adapter: missing.py, start_timeout_s: 5}}\n"
    )
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("VOICE_SERVER_CONFIG", str(config))
    own = tmp_path / "own"
    own.mkdir(mode=0o700)
    for variable in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, str(own))  # nothing of the user's is touched
    monkeypatch.setattr("voice_server.playback.device._audible", lambda backends: [backends.CUSTOM])

    def run(*arguments: str, input: str | bytes | None = None) -> Result:  # noqa: A002 - click's own name for it
        return CliRunner().invoke(cli, list(arguments), input=input)

    return run


@pytest.fixture
def fake_uv(run_command: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A uv on the PATH that links the tests' own environment, and fails where a project's files say so."""
    del run_command  # for its folders and variables
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").write_text(_FAKE_UV)
    (tmp_path / "bin" / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")


@pytest.fixture
def natural(fake_uv: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The configuration of a machine where `quick`, a natural engine, can be set up."""
    del fake_uv
    made = natural_config(tmp_path / "made", (("quick", 100),))
    (tmp_path / "made" / "quick" / "backend.py").write_text(_ADAPTER)
    (tmp_path / "made" / "quick" / "uv.lock").write_text("version = 1\n[[package]]\nname = 'x'\n")
    monkeypatch.setenv("VOICE_SERVER_CONFIG", str(made.source))
    monkeypatch.delenv("CI", raising=False)
    return made
