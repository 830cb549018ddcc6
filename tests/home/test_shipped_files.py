"""What came with the server is found beside the package in a checkout, and in the package otherwise."""

from __future__ import annotations

from pathlib import Path

from voice_server.home.shipped_files import is_checkout, name_of_shipped, shipped_folder

ROOT = Path(__file__).resolve().parents[2]


def test_a_package_with_configuration_and_engines_beside_it_is_a_checkout(tmp_path: Path) -> None:
    package = tmp_path / "voice_server"
    assert not is_checkout(package)
    assert shipped_folder(package) == package / "_shipped"
    (tmp_path / "backends.yaml").touch()
    assert not is_checkout(package)
    (tmp_path / "tts_backends").mkdir()
    assert is_checkout(package)
    assert shipped_folder(package) == tmp_path


def test_every_shipped_project_has_a_name_of_its_own() -> None:
    assert shipped_folder() == ROOT
    projects = [
        lock.parent for lock in [*ROOT.glob("tts_backends/**/uv.lock"), ROOT / "listener" / "uv.lock"]
    ]
    names = [name_of_shipped(project) for project in projects if ".venv" not in project.parts]
    assert {"kokoro", "kokoro-torch", "listener"} <= set(names)
    assert len(set(names)) == len(names)


def test_another_s_project_has_no_name(tmp_path: Path) -> None:
    assert name_of_shipped(tmp_path) is None
    assert name_of_shipped(ROOT) is None
