"""The folders of a user: one that was named, those beside a checkout, or those of the platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_server.errors import ConfigError
from voice_server.home.home_folders import DATA_VARIABLE, HOME_VARIABLE, environment_of, home_folders

ROOT = Path(__file__).resolve().parents[2]
KOKORO = ROOT / "tts_backends" / "kokoro"


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user whose only folder is HOME; returns it."""
    kinds = ("CONFIG_HOME", "DATA_HOME", "CACHE_HOME", "STATE_HOME", "RUNTIME_DIR")
    for variable in (HOME_VARIABLE, DATA_VARIABLE, *(f"XDG_{kind}" for kind in kinds)):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_a_home_that_is_named_holds_everything(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = bare / "mine"
    monkeypatch.setenv(HOME_VARIABLE, "~/mine")
    folders = home_folders()
    assert folders.configuration == home / "backends.yaml"
    assert all(folder.is_relative_to(home) for folder in [*folders.listed().values(), folders.runtime])
    assert environment_of(KOKORO) == home / "environments" / "kokoro" / ".venv"
    assert environment_of(KOKORO / "torch") == home / "environments" / "kokoro-torch" / ".venv"
    assert not home.exists()


def test_a_home_that_is_a_file_is_one_sentence(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / "file").touch()
    monkeypatch.setenv(HOME_VARIABLE, str(bare / "file"))
    with pytest.raises(ConfigError, match=r"^VOICE_SERVER_HOME, or --home, names a folder, and '.*' is none"):
        home_folders()


def test_a_checkout_keeps_its_own_files() -> None:
    folders = home_folders()
    assert (folders.configuration, folders.samples) == (ROOT / "backends.yaml", ROOT / "voice_samples")
    assert (folders.environments, folders.model_hub) == (None, None)
    assert environment_of(KOKORO) == KOKORO / ".venv"


def test_what_is_installed_uses_the_platform_s_folders_and_never_its_own(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice_server.home.home_folders.is_checkout", lambda: False)
    folders = home_folders()
    assert len(set(folders.listed().values())) == len(folders.listed())
    assert all(folder.is_relative_to(bare) for folder in folders.listed().values())
    assert all("voice-server" in folder.parts for folder in folders.listed().values())
    assert folders.environments is not None
    assert environment_of(KOKORO) == folders.environments / "kokoro" / ".venv"


def test_an_engine_that_did_not_come_with_the_server_has_its_environment_in_its_own_folder(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(bare))
    assert environment_of(bare / "engine") == bare / "engine" / ".venv"


@pytest.mark.parametrize("has_home", [True, False])
def test_a_variable_moves_what_users_save(has_home: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_VARIABLE, "here")
    if has_home:
        monkeypatch.setenv(HOME_VARIABLE, "/home")
    assert home_folders().data == Path("here")
