"""The units of systemd, the job of launchd, and the variables in all files of deploy/."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from tests.deploy.programs import DEPLOY, program
from voice_server.cli import cli
from voice_server.commands.serve import serve
from voice_server.commands.shared.click_command import variable_of

UNITS = ("voice-server.service", "voice-server.user.service")
MOST_EXPOSED = 20
"""Tenths on systemd's scale from 0 to 10, on which a service without any hardening has 96."""


def analyzed(tmp_path: Path, unit: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What `systemd-analyze` says of a unit whose program is one of this machine; skips without it."""
    analyze = program("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze")
    text = (DEPLOY / "systemd" / unit).read_text()
    adapted = re.sub(r"(?m)^ExecStart=\S+/voice-server serve$", "ExecStart=/bin/true", text)
    assert adapted != text
    (tmp_path / unit).write_text(adapted)
    return subprocess.run(
        [analyze, *arguments, str(tmp_path / unit)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_a_unit(tmp_path: Path, unit: str) -> None:
    kind = ["--user"] if "user" in unit else []
    finished = analyzed(tmp_path, unit, "verify", *kind)
    assert (finished.returncode, finished.stderr) == (0, "")


def test_the_service_of_the_machine_can_do_little_beside_its_work(tmp_path: Path) -> None:
    unit = UNITS[0]
    finished = analyzed(tmp_path, unit, "security", "--offline=true", f"--threshold={MOST_EXPOSED}")
    assert finished.returncode == 0, finished.stdout


def test_launchd_starts_the_server_and_leaves_no_shell_before_it() -> None:
    job = plistlib.loads((DEPLOY / "launchd" / "local.voice-server.plist").read_bytes())
    shell, flag, line = job["ProgramArguments"]
    path, *command = shlex.split(line)
    assert (shell, flag) == ("/bin/sh", "-c")
    assert path.startswith("PATH=")
    assert command[:3] == ["exec", "voice-server", "serve"]
    serve.make_context("serve", command[3:])
    assert job["KeepAlive"] == {"SuccessfulExit": False}
    assert job["Label"] == "local.voice-server"


def test_the_job_of_launchd_runs_its_command(tmp_path: Path) -> None:
    fake = tmp_path / ".local" / "bin" / "voice-server"
    fake.parent.mkdir(parents=True)
    fake.write_text('#!/bin/sh\necho "$$ $*"\n')
    fake.chmod(0o755)
    job = plistlib.loads((DEPLOY / "launchd" / "local.voice-server.plist").read_bytes())
    with subprocess.Popen(
        job["ProgramArguments"],
        stdout=subprocess.PIPE,
        text=True,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    ) as process:
        said, _ = process.communicate()
    assert said == f"{process.pid} serve --log-file auto\n"


def test_every_variable_in_these_files_is_an_option_of_a_command_or_a_documented_one() -> None:
    commands = [cli.get_command(click.Context(cli), name) for name in cli.list_commands(click.Context(cli))]
    options = {
        variable_of(flag)
        for command in commands
        if command is not None
        for parameter in command.params
        for flag in parameter.opts
        if flag.startswith("--")
    }
    named: set[str] = set()
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            named |= set(re.findall(r"VOICE_SERVER_[A-Z_]+", path.read_text()))
    assert named - options == {"VOICE_SERVER_HOME"} - options
