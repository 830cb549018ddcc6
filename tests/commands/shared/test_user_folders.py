from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from voice_server.commands.shared.user_folders import log_folder, runtime_folder
from voice_server.errors import ConfigError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "voice-server"


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


def test_a_runtime_folder_that_others_could_read_is_made_private(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    assert runtime_folder() == folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_runtime_folder_that_is_not_used_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    open_to_all, own = tmp_path / "open", tmp_path / "own"
    open_to_all.mkdir(mode=0o755)
    own.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(open_to_all))
    monkeypatch.setattr("platformdirs.unix.Unix._default_runtime_dir", lambda _: str(own))
    assert runtime_folder() == own / "voice-server"
    told = capsys.readouterr().err
    assert told.startswith("warning: XDG_RUNTIME_DIR")
    assert told.rstrip().endswith(f"falling back to {own}")
    assert len(told.splitlines()) == 1
