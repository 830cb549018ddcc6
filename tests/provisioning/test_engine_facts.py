"""What an engine's folder says of it, and how that is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_server.commands.shared.listener import listener_config
from voice_server.config import BackendConfig, load_config
from voice_server.errors import ConfigError
from voice_server.provisioning.engine_facts import EngineFacts, facts_of
from voice_server.provisioning.environments import has_lock_file


def backend_with(folder: Path, project: str) -> BackendConfig:
    (folder / "pyproject.toml").write_text(project)
    return BackendConfig(adapter=folder / "backend.py")


def test_the_facts_stand_in_the_project_file_beside_the_adapter(tmp_path: Path) -> None:
    project = '[tool.voice-server]\nnatural = true\nlanguages = "Klingon"\ndownload_mb = 150\ndisk_mb = 290\n'
    facts = facts_of("mine", backend_with(tmp_path, project))
    assert facts == EngineFacts(natural=True, languages="Klingon", download_mb=150, disk_mb=290)
    assert facts.sizes == "0.15 GB to download, about 30 s at 50 Mbit/s, 0.29 GB on the disk"


@pytest.mark.parametrize(
    ("download_mb", "told"),
    [(1, "about 5 s"), (300, "about 50 s"), (370, "about 1 minute"), (375, "about 2 minutes")],
)
def test_a_time_is_told_as_people_tell_it(download_mb: int, told: str) -> None:
    assert told in EngineFacts(download_mb=download_mb, disk_mb=50).sizes


def test_a_folder_that_says_nothing_has_no_facts(tmp_path: Path) -> None:
    assert facts_of("mine", BackendConfig(adapter=tmp_path / "backend.py")) is None
    assert facts_of("mine", backend_with(tmp_path, "[tool.uv]\n")) is None


@pytest.mark.parametrize(
    "project",
    ["[tool", "[tool.voice-server]\ndownload_mb = 0\ndisk_mb = 1", "[tool.voice-server]\nnature = 1"],
)
def test_facts_that_are_wrong_are_one_sentence(tmp_path: Path, project: str) -> None:
    with pytest.raises(ConfigError, match=r"^pyproject.toml of the backend mine: .+$"):
        facts_of("mine", backend_with(tmp_path, project))


def test_the_natural_engines_of_the_shipped_file_say_what_they_take() -> None:
    config = load_config(Path(__file__).parents[2] / "backends.yaml")
    found = {name: facts_of(name, backend) for name, backend in config.backends.items()}
    natural = [name for name, facts in found.items() if facts is not None and facts.natural]
    assert natural == ["kokoro", "piper"]


def test_every_engine_that_can_be_set_up_says_what_it_takes() -> None:
    backends = load_config(Path(__file__).parents[2] / "backends.yaml").backends | {
        "listener": listener_config()
    }
    assert [
        name for name, each in backends.items() if has_lock_file(each) and facts_of(name, each) is None
    ] == []


def test_groups_of_packages_that_are_left_out_are_not_counted(tmp_path: Path) -> None:
    groups = "[tool.voice-server.groups]\nja = {download_mb = 50, disk_mb = 200}\n"
    project = "[tool.voice-server]\ndownload_mb = 150\ndisk_mb = 290\n" + groups
    facts = facts_of("mine", backend_with(tmp_path, project))
    assert facts is not None
    smaller = facts.without(["ja", "nothing known of it"])
    assert (smaller.download_mb, smaller.disk_mb) == (100, 90)
    assert facts.without([]) == facts
