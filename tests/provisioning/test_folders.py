"""How much a folder takes, and how its path is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_server.provisioning.folders import shown, size_bytes


def test_a_file_with_two_names_takes_its_room_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert size_bytes(tmp_path) == 5


def test_a_folder_in_the_users_home_is_shown_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", tmp_path.resolve)
    assert shown(tmp_path / "weights") == "~/weights"
    assert shown(Path("/usr")) == str(Path("/usr").resolve())
