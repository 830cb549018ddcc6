"""What is set up at the first use of a backend; the set-up itself is in tests/commands/test_setup.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from voice_server.commands.shared import first_use
from voice_server.commands.shared.first_use import (
    background_set_ups,
    set_up_at_first_use,
    set_up_in_background,
)
from voice_server.config import Config, load_config
from voice_server.provisioning import installation

RECORD = "import pathlib, sys; pathlib.Path({file!r}).write_text(' '.join(sys.argv[1:]))"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """`bare` runs in the server's environment, `locked` has a lock file and has not been set up."""
    (tmp_path / "locked").mkdir()
    (tmp_path / "locked" / "uv.lock").touch()
    file = tmp_path / "backends.yaml"
    file.write_text(
        "backends:\n  bare: {adapter: a.py}\n  locked: {adapter: locked/a.py, environment: locked}\n"
    )
    return load_config(str(file))


def test_a_backend_is_set_up_after_a_note_and_one_that_needs_nothing_is_not(
    config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up: list[str] = []
    monkeypatch.setattr(installation.Provisioner, "set_up", lambda _self, name, _: set_up.append(name))
    set_up_at_first_use(config, "bare", "locked")
    assert set_up == ["locked"]
    assert capsys.readouterr().err.startswith("locked is not set up yet; that is done now, once ")


def test_a_set_up_in_the_background_is_a_process_of_its_own_with_the_same_configuration(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script, record = tmp_path / "script.py", tmp_path / "record"
    script.write_text(RECORD.format(file=str(record)))
    monkeypatch.setattr(first_use, "CLI_SCRIPT", script)
    with set_up_in_background(config, "bare", "locked"):
        assert record.read_text() == f"setup locked --no-warm-up --config {config.source}"
    assert capsys.readouterr().err.startswith("not set up yet: locked; ")


def test_without_anything_to_set_up_no_process_is_started(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "no-such-program")
    with set_up_in_background(config, "bare"):
        pass


def test_a_set_up_that_is_begun_later_says_how_it_went_and_ends_with_the_block(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "script.py"
    monkeypatch.setattr(first_use, "CLI_SCRIPT", script)
    with background_set_ups(config) as set_ups:
        for code in (0, 1):
            script.write_text(f"raise SystemExit({code})")
            assert set_ups.begin("locked").wait() is (code == 0)
        script.write_text("import signal; signal.pause()")
        endless = set_ups.begin("locked")
        assert endless.wait(0.01) is None
    assert endless.wait(0) is False
