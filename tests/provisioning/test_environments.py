"""Which python a backend has, and which variables its workers see."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from voice_server.config import EMBEDDED, BackendConfig
from voice_server.errors import NotSetUp
from voice_server.provisioning.environments import python_of, worker_environment


def backend(workers: int = 1, **env: str | None) -> BackendConfig:
    return BackendConfig(adapter=Path("a.py"), workers=workers, env=env)


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
    sentence = f"kokoro has no environment: {folder} is neither a python nor a folder with a uv.lock$"
    with pytest.raises(NotSetUp, match=sentence):
        python_of("kokoro", tmp_path / folder)


def test_a_worker_sees_what_libraries_need_and_no_secret_of_the_server() -> None:
    server = {
        "PATH": "/bin",
        "HOME": "/home/me",
        "LC_ALL": "C.UTF-8",
        "HF_HOME": "/weights",
        "CUDA_VISIBLE_DEVICES": "1",
        "VOICE_SERVER_TOKEN": "secret",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "PYTHONPATH": "/elsewhere",
        "VIRTUAL_ENV": "/elsewhere",
    }
    seen = worker_environment(backend(), server)
    passed = {"PATH", "HOME", "LC_ALL", "HF_HOME", "CUDA_VISIBLE_DEVICES"}
    assert {name: seen[name] for name in passed} == {name: server[name] for name in passed}
    assert "secret" not in seen.values()
    assert not {"PYTHONPATH", "VIRTUAL_ENV"} & seen.keys()


def test_workers_wait_passively_and_share_the_cores() -> None:
    alone, crowd = worker_environment(backend(1), {}), worker_environment(backend(64), {})
    assert alone["OMP_WAIT_POLICY"] == "PASSIVE"
    assert int(alone["OMP_NUM_THREADS"]) >= int(crowd["OMP_NUM_THREADS"]) == 1


def test_the_configuration_sets_variables_and_takes_over_the_servers() -> None:
    config = backend(OMP_NUM_THREADS="3", MODEL_TOKEN=None, NOT_THERE=None)
    seen = worker_environment(config, {"MODEL_TOKEN": "from the server"})
    assert (seen["OMP_NUM_THREADS"], seen["MODEL_TOKEN"]) == ("3", "from the server")
    assert "NOT_THERE" not in seen
