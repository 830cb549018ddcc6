"""The server of this user: found, started once, and stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from voice_server.commands.shared import local_server
from voice_server.commands.shared.file_lock import open_private, try_lock
from voice_server.commands.shared.local_server import find, find_or_start
from voice_server.commands.shared.server_registration import ServerRegistration
from voice_server.commands.shared.user_folders import runtime_folder
from voice_server.errors import ConfigError, VoiceServerError

URL = "http://127.0.0.1:4711"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "voice-server"


def test_without_a_server_none_is_found() -> None:
    assert find() is None


def test_a_server_that_runs_is_not_started_again() -> None:
    with ServerRegistration() as registration:
        registration.announce(URL)
        assert find_or_start((), pytest.fail).url == URL


def test_a_server_that_cannot_start_is_an_error_with_the_reason(tmp_path: Path) -> None:
    notes: list[str] = []
    with pytest.raises(ConfigError, match=r"the server did not start: there is no file 'nowhere.yaml'"):
        find_or_start(("--config", "nowhere.yaml"), lambda: notes.append("starting"))
    assert notes == ["starting"]
    assert find() is None


def test_a_server_that_ends_for_another_reason_is_no_mistake_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "failing.py"
    script.write_text("import sys; sys.exit('error: no room')")
    monkeypatch.setattr(local_server, "CLI_SCRIPT", script)
    with pytest.raises(VoiceServerError, match="the server did not start: no room") as caught:
        find_or_start(())
    assert type(caught.value) is VoiceServerError


def test_waiting_too_long_for_another_program_to_start_the_server_is_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_server, "START_TIMEOUT_S", 0.05)
    runtime_folder()
    holder = open_private(folder / "start.lock")
    assert try_lock(holder)
    with pytest.raises(VoiceServerError, match="another program is still starting the server"):
        find_or_start(())
    os.close(holder)


def test_a_server_that_ignores_signals_is_killed() -> None:
    code = (
        "import signal, sys, time\n"
        "from voice_server.commands.shared.server_registration import ServerRegistration\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "with ServerRegistration() as here:\n"
        "    here.announce('http://stubborn')\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    stubborn = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert stubborn.stdout is not None
    with stubborn.stdout as said:
        assert said.readline() == b"ready\n"
        found = find()
        assert found is not None
        limits = pytest.MonkeyPatch()
        impatient = [(number, 0.05) for number, _ in local_server._STOP_SIGNALS[:-1]]
        limits.setattr(local_server, "_STOP_SIGNALS", [*impatient, local_server._STOP_SIGNALS[-1]])
        with limits.context():
            local_server.stop(found)
        limits.undo()
    assert stubborn.wait() == -9
    assert find() is None
