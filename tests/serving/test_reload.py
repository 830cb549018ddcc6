"""`serve --reload` watches what the server is made of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import uvicorn

from voice_server.serving.reload import _WithConfiguration, watched_arguments

_TONE = "backends:\n  tone:\n    adapter: {adapter}\n"


def test_the_watched_server_has_the_same_options_without_the_watching() -> None:
    given = ["--port", "0", "--reload", "--backend", "tone"]
    assert watched_arguments(given) == ["--port", "0", "--backend", "tone"]


def test_code_adapters_plugins_and_configuration_are_watched(tmp_path: Path) -> None:
    (tmp_path / "tts_backends" / "mine").mkdir(parents=True)
    adapter = tmp_path / "tts_backends" / "mine" / "backend.py"
    adapter.touch()
    plugin = tmp_path / "spell.py"
    plugin.touch()
    config = uvicorn.Config("x:y", reload=True, reload_dirs=[str(tmp_path / "tts_backends")], log_config=None)
    watcher = _WithConfiguration(tmp_path / "backends.yaml", config, lambda _sockets: None, [])
    watched = set(watcher.iter_py_files())
    assert {adapter, plugin, tmp_path / "backends.yaml"} <= watched


@contextmanager
def reloading_server(configuration: Path) -> Iterator[IO[str]]:
    """The standard error of a server that watches."""
    process = subprocess.Popen(
        [sys.executable, "-m", "voice_server.cli", "serve", "--reload", "--config", str(configuration)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "VOICE_SERVER_PORT": "0", "TTS_DEBUG": "false"},
    )
    assert process.stderr is not None
    try:
        yield process.stderr
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=15)


def wait_until_listening(said: IO[str]) -> str:
    return next(line for line in said if "listens on" in line)


def test_a_changed_configuration_starts_the_server_again(tmp_path: Path) -> None:
    configuration = tmp_path / "backends.yaml"
    adapter = Path(__file__).parents[2] / "tts_backends" / "tone" / "backend.py"
    configuration.write_text(_TONE.format(adapter=adapter))
    with reloading_server(configuration) as said:
        wait_until_listening(said)
        later = configuration.stat().st_mtime + 10
        os.utime(configuration, (later, later))
        assert "127.0.0.1" in wait_until_listening(said)
