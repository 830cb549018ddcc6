"""What the repository says about building, shipping and working on the package is true."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from voice_server.commands.shared.listener import listener_config
from voice_server.config import load_config
from voice_server.endpoints.page import page_files

ROOT = Path(__file__).resolve().parent.parent
_RECIPE = re.compile(r"^([a-z]+)(?: \*arguments)?:\n((?:    .+\n)+)", re.MULTILINE)
_ROW = re.compile(r"^\| `just (\w+)` \| (.+?) \|", re.MULTILINE)


def recipes() -> dict[str, list[str]]:
    """The recipes of the justfile, and the commands of each without the arguments that it passes on."""
    found = _RECIPE.findall((ROOT / "justfile").read_text())
    commands = {name: re.sub(r' "\$@"', "", body).split("\n") for name, body in found if name != "default"}
    return {name: [line.strip() for line in lines if line] for name, lines in commands.items()}


def test_every_recipe_stands_in_contributing_with_its_commands() -> None:
    described = dict(_ROW.findall((ROOT / "CONTRIBUTING.md").read_text()))
    assert {name: re.findall(r"`([^`]+)`", row) for name, row in described.items()} == recipes()


def test_the_hooks_before_a_commit_check_what_the_recipe_checks() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    entries = re.findall(r"entry: uv run --no-sync (\w+(?: \w+)?)", hooks)
    checks = [re.match(r"uv run (\w+(?: (?:format|check))?)", command) for command in recipes()["check"]]
    assert [*entries, "pytest"] == [check[1] for check in checks if check]


@pytest.mark.parametrize("script", ["run", "release", "install.py"])
def test_the_scripts_can_be_run(script: str) -> None:
    assert os.access(ROOT / ".ci" / script, os.X_OK)


def test_the_requirements_for_pip_are_those_of_the_lock() -> None:
    command = "uv export --quiet --frozen --no-dev --no-hashes --no-emit-project --no-annotate --no-header"
    exported = subprocess.run(command.split(), cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert (ROOT / "requirements.txt").read_text() == exported, f"run: {command} -o requirements.txt"


def test_all_that_the_shipped_configuration_names_goes_into_the_wheel() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    shipped = [ROOT / path for path in wheel["force-include"]]
    config = load_config(ROOT / "backends.yaml")
    assert ROOT / "backends.yaml" in shipped
    for backend in config.backends.values():
        assert any(backend.adapter.is_relative_to(folder) for folder in shipped), backend.adapter
    assert listener_config().environment in shipped


def test_the_javascript_client_that_the_page_loads_goes_into_the_wheel_where_it_is_looked_for() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    folder = page_files._CLIENT.as_posix()
    assert wheel["force-include"][folder] == f"voice_server/_shipped/{folder}"
    assert (ROOT / folder / "index.js").is_file()
