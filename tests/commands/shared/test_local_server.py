"""One server for each user: found by a lock that it holds, never by a number that may be somebody else's."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from voice_server.commands.shared import local_server
from voice_server.commands.shared.local_server import (
    RunningServer,
    ServerRegistration,
    find,
    find_or_start,
    log_folder,
    runtime_folder,
)
from voice_server.errors import ConfigError, VoiceServerError

URL = "http://127.0.0.1:4711"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "voice-server"


def test_without_a_server_none_is_found() -> None:
    assert find() is None


def test_a_server_is_found_from_when_it_says_so_until_it_ends() -> None:
    with ServerRegistration() as registration:
        assert find() is None
        registration.announce(URL, "secret")
        assert find() == RunningServer(URL, os.getpid(), "secret")
    assert find() is None


def test_nobody_else_may_read_the_pid_file_or_look_into_its_folder(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    with ServerRegistration() as registration:
        registration.announce(URL)
    assert stat.S_IMODE((folder / "server.pid").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_number_left_behind_by_a_server_that_was_killed_is_not_believed(folder: Path) -> None:
    runtime_folder()
    (folder / "server.pid").write_text(json.dumps({"pid": os.getpid(), "url": URL, "token": None}))
    assert find() is None


def test_a_second_server_leaves_the_place_to_the_first() -> None:
    code = (
        "from voice_server.commands.shared.local_server import ServerRegistration\n"
        "with ServerRegistration() as other:\n    other.announce('http://other')\n"
    )
    with ServerRegistration() as registration:
        registration.announce(URL)
        subprocess.run([sys.executable, "-c", code], check=True)
        assert find() == RunningServer(URL, os.getpid())


def test_a_link_in_place_of_the_pid_file_is_not_followed(folder: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    runtime_folder()
    (folder / "server.pid").symlink_to(victim)
    with ServerRegistration() as registration:
        registration.announce(URL)
        assert find() is None
    assert victim.read_text() == "precious"


def test_a_folder_that_is_none_is_a_sentence_for_programs_and_no_hindrance_for_a_server(folder: Path) -> None:
    folder.write_text("")
    with pytest.raises(ConfigError, match=r"voice-server' cannot be used: file exists"):
        find()
    with ServerRegistration() as registration:
        registration.announce(URL)


def test_a_folder_for_logs_that_cannot_be_made_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with pytest.raises(ConfigError, match=r"cannot log into '.*/log': not a directory"):
        log_folder()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "new"))
    assert stat.S_IMODE(log_folder().stat().st_mode) == 0o700


def test_a_folder_that_belongs_to_somebody_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime_folder()
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    with pytest.raises(ConfigError, match="must be a folder that belongs to you"):
        runtime_folder()


def test_a_server_that_runs_is_not_started_again() -> None:
    with ServerRegistration() as registration:
        registration.announce(URL)
        assert find_or_start((), pytest.fail).url == URL


def test_a_server_that_cannot_start_says_why_in_one_sentence(tmp_path: Path) -> None:
    told: list[str] = []
    with pytest.raises(VoiceServerError, match=r"the server did not start: there is no file 'nowhere.yaml'"):
        find_or_start(("--config", "nowhere.yaml"), lambda: told.append("starting"))
    assert told == ["starting"]
    assert find() is None


def test_a_program_that_waits_too_long_for_another_to_start_the_server_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_server, "START_S", 0.05)
    runtime_folder()
    holder = local_server._open(folder / "start.lock")
    assert local_server._lock(holder, fcntl.LOCK_EX)
    with pytest.raises(VoiceServerError, match="another program is still starting the server"):
        find_or_start(())
    os.close(holder)


def test_a_server_that_does_not_obey_is_killed() -> None:
    code = (
        "import signal, sys, time\n"
        "from voice_server.commands.shared.local_server import ServerRegistration\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "with ServerRegistration() as here:\n"
        "    here.announce('http://deaf')\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    deaf = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert deaf.stdout is not None
    with deaf.stdout as said:
        assert said.readline() == b"ready\n"
        found = find()
        assert found is not None
        limits = pytest.MonkeyPatch()
        limits.setattr(local_server, "_DRAIN_S", 0.05)
        limits.setattr(local_server, "_STOP_S", 0.05)
        with limits.context():
            local_server.end(found)
        limits.undo()
    assert deaf.wait() == -9
    assert find() is None
