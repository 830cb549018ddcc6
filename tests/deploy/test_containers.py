"""The files of deploy/containers, read by the programs that they are for."""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.programs import DEPLOY, program
from voice_server.config import load_config

ROOT = DEPLOY.parent
CONTAINERS = DEPLOY / "containers"
DOCKERFILE = (CONTAINERS / "Dockerfile").read_text()
OVERRIDES = ("compose.natural.yaml", "compose.gpu.yaml")


def instructions(keyword: str) -> list[str]:
    """What stands behind a keyword of the Dockerfile, lines joined."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.partition(" ")[2].strip() for line in joined.splitlines() if line.startswith(keyword + " ")]


def composed(tmp_path: Path, *overrides: str) -> dict[str, Any]:
    """The service as `docker compose` understands the files; skips without that program."""
    compose = program("docker-compose")
    if compose is None:
        pytest.skip("there is no docker-compose")
    for name in ("compose.yaml", *overrides):
        (tmp_path / name).write_text((CONTAINERS / name).read_text())
    (tmp_path / "token").write_text("secret")
    named = [part for name in ("compose.yaml", *overrides) for part in ("-f", str(tmp_path / name))]
    finished = subprocess.run(
        [compose, *named, "config", "--format", "json"], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    service: dict[str, Any] = json.loads(finished.stdout)["services"]["voice-server"]
    return service


def test_a_linter_has_nothing_to_say_of_the_dockerfile() -> None:
    hadolint = program("hadolint")
    if hadolint is None:
        pytest.skip("there is no hadolint")
    finished = subprocess.run(
        [hadolint, "--no-color", str(CONTAINERS / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (finished.returncode, finished.stdout) == (0, "")


def test_the_base_has_a_tag_and_the_user_is_not_root() -> None:
    assert re.fullmatch(r"PYTHON_IMAGE=python:3\.\d+-slim-\w+", instructions("ARG")[0])
    assert instructions("USER") == ["10001:10001"]


def test_no_shell_stands_between_the_engine_and_the_server() -> None:
    assert json.loads(instructions("ENTRYPOINT")[0]) == ["voice-server"]
    assert json.loads(instructions("CMD")[0]) == ["serve"]
    health = instructions("HEALTHCHECK")[0].partition(" CMD ")[2]
    assert compile(json.loads(health)[2], "health check", "exec")


def test_who_may_come_in_is_left_to_the_user() -> None:
    settings = " ".join(instructions("ENV"))
    assert "VOICE_SERVER_HOST=0.0.0.0" in settings
    assert not re.search("TOKEN|NO_AUTH", settings)


def test_what_is_copied_and_what_goes_into_the_wheel_is_not_ignored() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    copied = {
        source
        for line in instructions("COPY")
        if not line.startswith("--from") and line != ". ."
        for source in shlex.split(line)[:-1]
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    shipped = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"])
    assert copied | shipped | {"voice_server", "LICENSE"} == let_in
    assert all((ROOT / each).exists() for each in let_in)
    assert not any(fnmatch.fnmatch("voice_samples/me.wav", each) for each in let_in)


def test_the_engines_of_the_images_are_those_of_the_configuration() -> None:
    engines = [line.partition("=")[2] for line in instructions("ARG") if line.startswith("ENGINES=")]
    assert set(engines) <= set(load_config(ROOT / "backends.yaml").backends)
    (tone, gpu) = (load_config(ROOT / "backends.yaml").backends["tone"], CONTAINERS / "gpu.yaml")
    backends = load_config(gpu).backends
    for backend in backends.values():  # which are found wherever a copy of the file lies
        assert backend.adapter.is_file()
        assert backend.adapter.parent.parent == tone.adapter.parent.parent
    assert (backends["kokoro"].environment / "uv.lock").is_file()


@pytest.mark.parametrize("overrides", [(), *((name,) for name in OVERRIDES)], ids=str)
def test_compose_understands_the_files(tmp_path: Path, overrides: tuple[str, ...]) -> None:
    service = composed(tmp_path, *overrides)
    stages = {line.partition(" AS ")[2] for line in instructions("FROM")}
    assert service["build"]["target"] in stages
    assert service["build"]["target"] == service["image"].partition(":")[2]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["ports"][0]["host_ip"] == "127.0.0.1"
    assert (
        service["environment"]["VOICE_SERVER_TOKEN_FILE"] == f"/run/secrets/{service['secrets'][0]['source']}"
    )
    assert service["volumes"][0]["target"] == instructions("VOLUME")[0]


def test_the_override_for_a_gpu_asks_for_one(tmp_path: Path) -> None:
    (device,) = composed(tmp_path, "compose.gpu.yaml")["deploy"]["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"]
