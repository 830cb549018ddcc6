from __future__ import annotations

import stat
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.input import DummyInput
from prompt_toolkit.output import DummyOutput

from voice_server.commands.shared.line_prompt import prompt_session


def test_the_history_is_a_file_in_a_folder_of_this_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with create_app_session(DummyInput(), DummyOutput()):
        history = prompt_session("say_history").history
    assert isinstance(history, FileHistory)
    assert history.filename == str(tmp_path / "voice-server" / "say_history")
    assert stat.S_IMODE((tmp_path / "voice-server").stat().st_mode) == 0o700


def test_a_history_that_cannot_be_kept_is_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with create_app_session(DummyInput(), DummyOutput()):
        assert isinstance(prompt_session("say_history").history, InMemoryHistory)
    assert capsys.readouterr().err.startswith("the lines are not kept: cannot write ")
