"""Runs commands the way a terminal would, with a server of tones in the same program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from voice_server.cli import cli

RunCommand = Callable[..., Result]


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
