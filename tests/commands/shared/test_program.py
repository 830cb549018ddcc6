"""Every way in which a command ends has its exit code, and none a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import os, signal, sys, threading, time
import click
from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.program import run_program
from voice_server.errors import ConfigError, ReaderGone, VoiceServerError
from voice_server.serving.event_loop import run

@click.command(cls=CliCommand)
@click.option("--number", type=int)
def command(number):
    click.echo("begun")
    if True:
        {body}

run_program(command, "name", sys.argv[1:])
"""


def ended(body: str, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(body=body), *arguments],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        ("pass", 0, ""),
        ("raise ConfigError('it is wrong')", 2, "error: it is wrong\n"),
        ("raise VoiceServerError('it failed')", 1, "error: it failed\n"),
        ("raise ReaderGone", 141, ""),
        ("raise KeyboardInterrupt", 130, ""),
        ("raise SystemExit(143)", 143, ""),
        ("click.get_current_context().exit(3)", 3, ""),
        ("signal.raise_signal(signal.SIGINT)", 130, ""),
        ("signal.raise_signal(signal.SIGTERM)", 143, ""),
        ("signal.raise_signal(signal.SIGHUP)", 129, ""),
        (  # as it comes out of what a class calls while it is made
            (
                "type('Made', (), {'field': type('F', (), {'__set_name__': lambda *_: "
                "signal.raise_signal(signal.SIGTERM)})()})"
            ),
            143,
            "",
        ),
        ("threading.Thread(target=time.sleep, args=(60,), daemon=True).start()", 0, ""),
        (
            "os.dup2(os.open('/dev/full', os.O_WRONLY), 1); sys.stdout.write('x')",
            1,
            "error: cannot write to standard output: no space left on device\n",
        ),
    ],
)
def test_every_end_has_its_exit_code(body: str, code: int, told: str) -> None:
    assert ended(body) == (code, "begun\n", told)


def test_a_signal_that_comes_before_a_file_could_be_left_leaves_no_part_of_it(tmp_path: Path) -> None:
    body = (
        "import pathlib; from voice_server.process.output_file import OutputFile; "
        f"opened = OutputFile(pathlib.Path({str(tmp_path / 'x.mp3')!r})); "
        "signal.raise_signal(signal.SIGTERM)"
    )
    assert ended(body) == (143, "begun\n", "")
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_command_line_is_one_sentence() -> None:
    code, output, told = ended("pass", "--number", "x")
    assert (code, output) == (2, "")
    assert told.startswith("error: ")
    assert len(told.splitlines()) == 1


def test_help_is_printed() -> None:
    code, output, told = ended("pass", "--help")
    assert (code, told) == (0, "")
    assert output.startswith("Usage: name ")
