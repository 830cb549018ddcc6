"""The image is built and run by docker or podman: `uv run pytest -m containers -n 0`, which takes minutes.

It is built on the base that the Dockerfile names, or on an image of this machine that VOICE_SERVER_BASE_IMAGE
names: where no registry is to be had, a Debian with python3 and python3-venv, as mmdebstrap makes, will do.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.deploy.programs import DEPLOY, free_port, program

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]
IMAGE = "localhost/voice-server-test"
TOKEN = "s3cret"  # noqa: S105 - the tests' own
_BASE = os.environ.get("VOICE_SERVER_BASE_IMAGE")
_LIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000")


def answers(engine: str) -> bool:
    return subprocess.run([engine, "info"], capture_output=True, check=False).returncode == 0


def called(engine: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([engine, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def engine() -> str:
    """A container engine that has built the image of espeak; skips where there is none, or no base."""
    for name in ("docker", "podman"):
        found = program(name)
        if found is not None and answers(found):
            break
    else:
        pytest.skip("neither docker nor podman answers")
    base = [] if _BASE is None else ["--build-arg", f"PYTHON_IMAGE={_BASE}"]
    if not base and called(found, "pull", "python:3.12-slim-trixie").returncode:
        pytest.skip("no base image can be pulled; VOICE_SERVER_BASE_IMAGE names one of this machine")
    # Docker's format has health checks; a sandbox allows no other isolation.
    own = ["--format", "docker", "--isolation", "chroot"] if name == "podman" else []
    built = called(
        *(found, "build", *own, "--network", "host", *base),
        *("-f", str(DEPLOY / "containers" / "Dockerfile"), "-t", IMAGE, str(DEPLOY.parent)),
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return found


@contextmanager
def container(engine: str, token: Path) -> Iterator[tuple[str, httpx.Client]]:
    """A container as the page shows it, with a read-only root, and a client of its server."""
    name, port = f"voice-server-{uuid4().hex[:8]}", free_port()
    started = called(
        *(engine, "run", "--detach", "--name", name, "--network", "host", *_LIMITS),
        *(
            "--read-only",
            "--tmpfs",
            "/tmp",
            "--cap-drop",
            "ALL",
            "--volume",
            f"{token}:/run/secrets/token:ro",
        ),
        *("-e", "VOICE_SERVER_TOKEN_FILE=/run/secrets/token", "-e", f"VOICE_SERVER_PORT={port}", IMAGE),
    )
    assert started.returncode == 0, started.stderr
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield name, client
    finally:
        called(engine, "rm", "--force", "--volumes", name)


def wait_until_ready(engine: str, name: str, client: httpx.Client) -> None:
    while True:
        with suppress(httpx.TransportError):
            if client.get("/ready").status_code == 200:
                return
        running = called(engine, "inspect", "--format", "{{.State.Running}}", name).stdout.strip()
        assert running == "true", called(engine, "logs", name).stderr
        time.sleep(0.2)


def test_without_a_decision_who_may_come_in_it_says_what_to_decide(engine: str) -> None:
    ended = called(engine, "run", "--rm", "--network", "host", *_LIMITS, IMAGE)
    assert ended.returncode == 2
    assert "say who may come in" in ended.stderr


def test_it_speaks_as_an_ordinary_user_from_a_read_only_root_and_ends_at_the_signal(
    engine: str, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o444)
    with container(engine, token) as (name, client):
        wait_until_ready(engine, name, client)
        request = {"text": "Hello from a container."}
        assert client.post("/tts", json=request).status_code == 401
        spoken = client.post("/tts", json=request, headers={"Authorization": f"Bearer {TOKEN}"})
        user = called(engine, "exec", name, "python3", "-c", "import os; print(os.getuid())").stdout.strip()
        first = called(engine, "exec", name, "cat", "/proc/1/cmdline").stdout.split("\0")
        written = called(engine, "exec", name, "touch", "/opt/voice-server/x")
        check = called(engine, "exec", name, *_health_command(engine))
        called(engine, "stop", "--time", "60", name)
        code = called(engine, "inspect", "--format", "{{.State.ExitCode}}", name).stdout.strip()
    assert spoken.content[:4] == b"RIFF"
    assert user == "10001"
    assert first[1:3] == ["/opt/voice-server/.venv/bin/voice-server", "serve"]
    assert written.returncode != 0
    assert check.returncode == 0, check.stderr
    assert code == "0"


def _health_command(engine: str) -> list[str]:
    """The health check of the image, by itself: an engine without systemd starts none."""
    shown = called(engine, "image", "inspect", "--format", "{{json .Config.Healthcheck.Test}}", IMAGE)
    if shown.returncode:
        shown = called(engine, "image", "inspect", "--format", "{{json .HealthCheck.Test}}", IMAGE)
    kind, *command = json.loads(shown.stdout)
    assert kind == "CMD"
    return [str(word) for word in command]
