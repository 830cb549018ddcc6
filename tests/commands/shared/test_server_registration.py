"""The pid file: its lock decides whether a server runs, not the number in it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from voice_server.commands.shared.local_server import find
from voice_server.commands.shared.server_registration import (
    RunningServer,
    ServerRegistration,
    registered_server,
)
from voice_server.commands.shared.user_folders import runtime_folder
from voice_server.errors import ConfigError

URL = "http://127.0.0.1:4711"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "voice-server"


def test_a_server_is_found_from_its_announcement_to_its_end() -> None:
    with ServerRegistration() as registration:
        assert find() is None
        registration.announce(URL, "secret")
        assert find() == RunningServer(URL, os.getpid(), "secret")
    assert find() is None


def test_the_pid_file_and_its_folder_are_private_to_the_user(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    with ServerRegistration() as registration:
        registration.announce(URL)
    assert stat.S_IMODE((folder / "server.pid").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_pid_file_that_a_killed_server_left_behind_is_ignored(folder: Path) -> None:
    runtime_folder()
    (folder / "server.pid").write_text(json.dumps({"pid": os.getpid(), "url": URL, "token": None}))
    assert find() is None


def test_a_second_server_is_not_registered() -> None:
    code = (
        "from voice_server.commands.shared.server_registration import ServerRegistration\n"
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


def test_without_a_folder_programs_get_an_error_and_a_server_runs_unregistered(folder: Path) -> None:
    folder.write_text("")
    with pytest.raises(ConfigError, match=r"voice-server' cannot be used: file exists"):
        find()
    with ServerRegistration() as registration:
        registration.announce(URL)


def test_a_server_that_is_still_loading_is_registered_without_an_address() -> None:
    assert registered_server() == (False, None)
    with ServerRegistration() as registration:
        assert registered_server() == (True, None)
        registration.announce(URL)
        assert registered_server() == (True, RunningServer(URL, os.getpid()))


@pytest.mark.parametrize("was_started_by_say", [True, False])
def test_programs_see_who_started_the_server(was_started_by_say: bool) -> None:
    with ServerRegistration() as registration:
        registration.announce(URL, was_started_by_say=was_started_by_say)
        assert find() == RunningServer(URL, os.getpid(), None, was_started_by_say)
