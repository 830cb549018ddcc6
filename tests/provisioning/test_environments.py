"""Which python a backend has, and what is said when it has none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from voice_server.config import EMBEDDED
from voice_server.errors import NotSetUp
from voice_server.provisioning.environments import python_of


def test_an_embedded_backend_runs_in_the_servers_own_python() -> None:
    assert python_of("tone", EMBEDDED) == sys.executable


def test_a_file_is_the_python_itself(tmp_path: Path) -> None:
    python = tmp_path / "python3.12"
    python.touch()
    assert python_of("kokoro", python) == str(python)


def test_a_folder_is_a_project_with_an_environment_of_its_own(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    with pytest.raises(NotSetUp):
        python_of("kokoro", tmp_path)
    (tmp_path / ".venv" / "pyvenv.cfg").touch()
    assert python_of("kokoro", tmp_path) == str(python)


def test_an_environment_that_is_not_there_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").touch()
    with pytest.raises(
        NotSetUp, match=r"^backend kokoro is not set up; run: voice-server setup kokoro$"
    ) as caught:
        python_of("kokoro", tmp_path)
    assert caught.value.code == "not_set_up"


@pytest.mark.parametrize("folder", ["empty", "nowhere"])
def test_what_is_no_environment_at_all_says_so(folder: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    what = f"{folder} is neither a python nor a folder with a uv.lock"
    sentence = f"kokoro has no environment: {what}; `environment` in backends.yaml names it$"
    with pytest.raises(NotSetUp, match=sentence):
        python_of("kokoro", tmp_path / folder)
