"""`voice-server init` writes a configuration to change, once, and says where."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from voice_server.cli import cli
from voice_server.config import load_config
from voice_server.home.home_folders import HOME_VARIABLE


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOME_VARIABLE, "set here so that --home is undone after the test")
    return tmp_path / "new" / "home"


def init(home: Path) -> Result:
    return CliRunner().invoke(cli, ["init", "--home", str(home)])


def test_the_file_has_every_backend_and_is_the_one_that_is_read(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = load_config().backends
    assert init(home).output == (
        f"your configuration: {home}/backends.yaml\nrecordings to clone voices from: {home}/voice_samples\n"
    )
    monkeypatch.chdir(home.parent)
    config = load_config()
    assert config.source == home / "backends.yaml"
    assert [each.adapter for each in config.backends.values()] == [each.adapter for each in shipped.values()]
    assert config.backends["pocket"].samples == home / "voice_samples"


def test_a_file_that_is_there_is_never_overwritten(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "backends.yaml").write_text("mine")
    result = init(home)
    assert (result.exit_code, (home / "backends.yaml").read_text()) == (0, "mine")
    assert "it was there already, and is as it was" in result.output


def test_where_nothing_can_be_written_is_one_sentence(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "voice_samples").touch()
    result = init(home)
    assert result.exit_code == 1
    assert result.stderr == f"error: cannot write '{home}/voice_samples': file exists\n"
