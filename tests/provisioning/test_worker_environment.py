"""Which variables a backend's workers see."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_server.config import BackendConfig
from voice_server.home.home_folders import DATA_VARIABLE, HOME_VARIABLE, home_folders
from voice_server.provisioning.worker_environment import worker_environment
from voice_server.worker.cache_folder import CACHE_VARIABLE


def backend(workers: int = 1, **env: str | None) -> BackendConfig:
    return BackendConfig(adapter=Path("a.py"), workers=workers, env=env)


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


def test_no_library_reports_what_a_worker_does_to_its_maker() -> None:
    seen = worker_environment(backend(), {})
    switches = ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK")
    assert [seen[name] for name in switches] == ["1", "1", "1"]


def test_a_worker_is_told_where_this_users_files_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    folders = home_folders()
    seen = worker_environment(backend(), {})
    assert (seen[DATA_VARIABLE], seen[CACHE_VARIABLE]) == (str(folders.data), str(folders.cache))
    assert not {"HF_HOME", "XDG_CACHE_HOME"} & seen.keys()


def test_with_a_home_the_libraries_of_a_worker_keep_their_files_there_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, "/mine")
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    seen = worker_environment(backend(), {"XDG_CACHE_HOME": "/elsewhere"})
    told = {DATA_VARIABLE: "/mine/data", "XDG_CACHE_HOME": "/mine/cache", "HF_HOME": "/mine/huggingface"}
    assert told.items() <= seen.items()
    assert worker_environment(backend(), {"HF_HOME": "/hub"})["HF_HOME"] == "/hub"


def test_the_configuration_sets_variables_and_takes_over_the_servers() -> None:
    config = backend(OMP_NUM_THREADS="3", MODEL_TOKEN=None, NOT_THERE=None)
    seen = worker_environment(config, {"MODEL_TOKEN": "from the server"})
    assert (seen["OMP_NUM_THREADS"], seen["MODEL_TOKEN"]) == ("3", "from the server")
    assert "NOT_THERE" not in seen
