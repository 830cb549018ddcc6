"""A command with missing, full or broken standard streams: a sentence or silence, and no traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = """
import os, sys
from voice_server.commands.shared.standard_streams import take_standard_streams
from voice_server.errors import VoiceServerError
take_standard_streams()
opened = os.open(os.devnull, os.O_RDONLY)
assert opened > 2, opened
assert not sys.stdin.isatty()
assert sys.stdin.buffer.read() == b""
print("a note", file=sys.stderr, flush=True)
try:
    print("a line", flush=True)
    print("a line", flush=True)
except VoiceServerError as error:
    print(error.code, error.message, file=sys.stderr, flush=True)
    print("dropped", flush=True)
    sys.exit(7)
"""


def run(redirections: str, script: str = SCRIPT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", "-c", f'"$0" -c "$1" {redirections}', sys.executable, script],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
        check=False,
    )


@pytest.mark.parametrize(
    ("redirections", "code", "output", "notes"),
    [
        ("", 0, "a line\na line\n", "a note\n"),
        ("<&-", 0, "a line\na line\n", "a note\n"),
        (">&-", 0, "", "a note\n"),
        ("2>&-", 0, "a line\na line\n", ""),
        ("<&- >&- 2>&-", 0, "", ""),
        ("2>/dev/full", 0, "a line\na line\n", ""),
        (
            ">/dev/full",
            7,
            "",
            "a note\nwrite_failed cannot write to standard output: no space left on device\n",
        ),
        (">/dev/full 2>/dev/full", 7, "", ""),
        ("| :; exit ${PIPESTATUS[0]}", 7, "", "a note\nreader_gone nobody reads the output any more\n"),
    ],
)
def test_a_stream_that_is_not_there_is_no_traceback(
    redirections: str, code: int, output: str, notes: str
) -> None:
    done = run(redirections)
    assert (done.returncode, done.stdout, done.stderr) == (code, output, notes)


def test_sound_for_a_missing_output_is_an_error_and_not_lost() -> None:
    script = SCRIPT.split("opened =", maxsplit=1)[0] + 'os.write(1, b"sound")'
    done = run(">&-", script)
    assert "Bad file descriptor" in done.stderr


@pytest.mark.parametrize(
    ("encoding", "printed"),
    [("latin-1", b"\\udce9 \\u2013 \xe9\n"), ("ascii", "\\udce9 – é\n".encode())],
)
def test_a_character_that_the_encoding_has_not_is_escaped(encoding: str, printed: bytes) -> None:
    script = SCRIPT.split("opened =", maxsplit=1)[0] + r'import click; click.echo("\udce9 – é")'
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONIOENCODING": encoding},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (printed, b"")
