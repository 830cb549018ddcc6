from __future__ import annotations

import asyncio
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from voice_server.commands.doctor import environment_probe
from voice_server.commands.doctor.environment_probe import (
    ProbedEnvironment,
    ProbeFailed,
    probe_environment,
    required_packages,
)
from voice_server.config import BackendConfig


def probe(environment: Path, python: str = sys.executable) -> ProbedEnvironment:
    backend = BackendConfig(adapter=environment / "a.py", environment=environment)
    return asyncio.run(probe_environment(backend, python))


def program(folder: Path, body: str) -> str:
    """A program in place of an environment's python."""
    file = folder / "python"
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return str(file)


def test_the_versions_of_python_and_of_the_required_packages_are_reported(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["click>=8", "no-such-package"]')
    probed = probe(tmp_path)
    assert probed.python == platform.python_version()
    assert {name: probed.versions[name] for name in ("click", "no-such-package")} == {
        "click": version("click"),
        "no-such-package": None,
    }


def test_a_folder_that_is_called_as_a_package_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch").mkdir()
    monkeypatch.chdir(tmp_path)
    assert probe(tmp_path).device == "cpu"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("echo no JSON", "its python cannot tell what it holds (it says nothing)"),
        ("echo one >&2; echo two >&2; exit 1", "its python cannot tell what it holds (two)"),
    ],
)
def test_a_python_that_reports_nothing_is_an_error_with_its_last_line(
    tmp_path: Path, body: str, message: str
) -> None:
    with pytest.raises(ProbeFailed) as caught:
        probe(tmp_path, program(tmp_path, body))
    assert str(caught.value) == message


def test_a_python_that_cannot_run_is_an_error_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ProbeFailed, match=r"its python cannot run \(no such file or directory\)"):
        probe(tmp_path, str(tmp_path / "missing"))


def test_a_python_that_does_not_answer_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment_probe, "_TIMEOUT_S", 0.01)
    with pytest.raises(ProbeFailed, match=r"its python does not answer within 0\.01 s"):
        probe(tmp_path, program(tmp_path, "exec cat /dev/zero > /dev/null"))


@pytest.mark.parametrize(
    ("project", "packages"),
    [
        (
            '[project]\ndependencies = ["torch==2.9", "kokoro[en]>=0.9 ", "spacy"]',
            ["torch", "kokoro", "spacy"],
        ),
        ('[project]\ndependencies = ["numpy", "x; python_version<\'3\'"]', ["numpy"]),
        ("[project]", []),
        ("[broken", []),
        (None, []),
    ],
)
def test_required_packages_are_those_of_the_project(
    tmp_path: Path, project: str | None, packages: list[str]
) -> None:
    if project is not None:
        (tmp_path / "pyproject.toml").write_text(project)
    assert required_packages(tmp_path) == packages
