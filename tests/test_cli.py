"""The command line as a whole: commands exist, options may stand for one, errors are one sentence."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from voice_server import cli as cli_module
from voice_server.cli import cli, with_command_name

PACKAGE = Path(cli_module.__file__).parent
NAMES = cli.list_commands(click.Context(cli))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("--backend kokoro --repl", "repl --backend kokoro"),
        ("--backend kokoro --stream-tokens --pool-size 2", "stream-tokens --backend kokoro --pool-size 2"),
        ("--backend chatterbox --voice N --text Hi", "speak --backend chatterbox --voice N --text Hi"),
        ("--text=Hi", "speak --text=Hi"),
        ("repl --voice x", "repl --voice x"),
        ("speak --text Hi", "speak --text Hi"),
        ("--help", "--help"),
        ("", ""),
    ],
)
def test_options_without_a_command_name_mean_commands(typed: str, meant: str) -> None:
    assert with_command_name(typed.split()) == meant.split()


def test_options_that_belong_to_no_command_are_an_error_that_lists_them() -> None:
    result = CliRunner().invoke(cli, ["--backend", "kokoro"])
    assert result.exit_code == 2
    assert "name a command (serve, " in result.stderr


def test_an_unknown_command_is_an_error_that_lists_them() -> None:
    result = CliRunner().invoke(cli, ["spaek"])
    assert result.exit_code == 2
    assert "there is no command 'spaek'; did you mean speak; there are serve, " in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--colour", "error: name a command (serve, "),
        ("serve --port x", "error: invalid value for '--port': 'x' is not a whole number; see "),
        ("speak --speed", "error: option '--speed' requires an argument; see voice-server speak --help\n"),
        ("split a b", "error: got unexpected extra argument (b); see voice-server split --help\n"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(arguments: str, sentence: str) -> None:
    result = CliRunner().invoke(cli, arguments.split(), prog_name="voice-server")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(sentence)
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_command_that_is_listed_is_there_and_explains_itself(name: str) -> None:
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"Usage: cli {name} ")


def test_help_lists_every_command_and_loads_none() -> None:
    code = (
        "import sys; from voice_server.cli import cli; cli.main(['--help'], standalone_mode=False)\n"
        "assert not {'numpy', 'starlette', 'msgspec', 'miniaudio', 'websockets'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in NAMES:
        assert f"\n  {name} " in done.stdout


def test_the_program_is_ended_by_ctrl_c_without_a_traceback_before_it_has_begun() -> None:
    code = (
        "import signal, sys, types\n"
        "slow = types.ModuleType('voice_server.cli')\n"
        "slow.main = lambda: signal.raise_signal(signal.SIGINT)\n"
        "sys.modules['voice_server.cli'] = slow\n"
        "from voice_server.__main__ import main\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


@pytest.mark.parametrize("inside", [True, False])
def test_the_script_runs_in_its_folder_and_from_the_root(inside: bool) -> None:
    done = subprocess.run(
        [sys.executable, "cli.py" if inside else "voice_server/cli.py", "--version"],
        cwd=PACKAGE if inside else PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("voice-server, version ")
