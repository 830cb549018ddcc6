"""Programs that are ended by a signal: the right exit code, no traceback, no part of a file, no process."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import psutil
import pytest

from tests.e2e.saying import ROOT, Home, home, wait_until
from tests.e2e.terminal import terminal

LONG = ("This takes rather long to say. " * 20 + "\n") * 60
NUMBERS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
SAVING = [
    ["speak", "--file", "book.txt", "-o", "x.mp3"],
    ["stream-tokens", "book.txt", "-o", "x.mp3"],
    ["repl", "-o", "x.mp3"],
    ["say", "-o", "x.mp3"],
]


@pytest.fixture
def user(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path) as made:
        yield made


def program(user: Home, *arguments: str) -> list[str]:
    return [*user.command()[:-1], *arguments]


def started(user: Home, *arguments: str) -> subprocess.Popen[str]:
    folder = user.folder / "here"
    folder.mkdir(exist_ok=True)
    (folder / "book.txt").write_text(LONG)
    with (folder / "book.txt").open() as book:
        return subprocess.Popen(
            program(user, *arguments),
            stdin=book,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=user.variables | {"PYTHONPATH": str(ROOT)},
        )


def end(process: subprocess.Popen[str], *numbers: int) -> tuple[int, str]:
    """Send signals; return the exit code and what was told, and see that no process is left."""
    children = psutil.Process(process.pid).children(recursive=True)
    for number in numbers:
        process.send_signal(number)
    _, told = process.communicate(timeout=20)
    wait_until(lambda: not [child for child in children if child.is_running() and child.status() != "zombie"])
    return process.returncode, told


def parts(folder: Path) -> list[Path]:
    return list(folder.glob(".x.mp3.*.part"))


def part_bytes(folder: Path) -> int:
    return sum(part.stat().st_size for part in parts(folder))


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("command", SAVING, ids=lambda command: command[0])
def test_what_is_saved_is_a_valid_file_or_none_and_never_a_part(
    user: Home, command: list[str], number: int
) -> None:
    if command[0] == "say":
        user.say("--volume", "100")  # a server that outlives the program
    process = started(user, *command)
    folder = user.folder / "here"
    is_kept = number == signal.SIGINT and command[0] != "say"
    # `say` gets its file when the server has rendered the whole.
    wait_until(lambda: parts(folder) if command[0] == "say" else part_bytes(folder) > 20_000, patience_s=15)
    code, told = end(process, number)
    assert code == 128 + number
    assert "Traceback" not in told
    assert {path.name for path in folder.iterdir()} <= {"book.txt", "x.mp3"}
    assert (folder / "x.mp3").exists() == is_kept
    if is_kept:
        with av.open(str(folder / "x.mp3")) as file:
            assert sum(frame.samples for frame in file.decode(audio=0)) > 24_000


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "command", [["voices"], ["doctor", "espeak"], ["bench", "--runs", "1"]], ids=" ".join
)
def test_a_command_that_measures_or_lists_ends_with_its_workers(
    user: Home, command: list[str], number: int
) -> None:
    process = started(user, *command)
    wait_until(lambda: psutil.Process(process.pid).children(), patience_s=20)
    code, told = end(process, number)
    assert code == 128 + number
    assert "Traceback" not in told


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("command", [["repl", "-o", "x.wav"], ["say", "--interactive"]], ids=" ".join)
def test_a_prompt_is_ended_with_its_line(user: Home, command: list[str], number: int) -> None:
    if number == signal.SIGINT:
        pytest.skip("Ctrl-C at a prompt stops speech")
    with terminal(program(user, *command), user.variables, ROOT) as screen:
        screen.wait_for("say>")
        screen.type("half a line")
        screen.wait_for("half a line")
        screen.process.send_signal(number)
        assert screen.process.wait(timeout=20) == 128 + number
        wait_until(lambda: "\n" in screen.shown)  # the cursor stands on a line of its own
        assert "Traceback" not in screen.shown


def test_a_connection_that_breaks_ends_the_prompt(user: Home) -> None:
    server = started(user, "serve", "--port", "0", "--json")
    assert server.stdout is not None
    url = server.stdout.readline().split('"url": "')[1].split('"')[0]
    command = program(user, "repl", "-o", str(user.folder / "x.wav"), "--url", url.replace("http", "ws"))
    with terminal(command, user.variables, ROOT) as screen:
        screen.wait_for("say>")
        server.kill()
        server.communicate()
        screen.wait_for("the server closed the connection")
        assert screen.process.wait(timeout=20) == 1


def test_a_server_that_has_said_where_it_listens_is_ended_well_by_a_signal(user: Home) -> None:
    for number in NUMBERS:
        server = started(user, "serve", "--port", "0", "--json")
        assert server.stdout is not None
        server.stdout.readline()
        assert end(server, number)[0] == 0


@pytest.mark.parametrize("number", NUMBERS)
def test_a_server_that_watches_its_code_ends_with_the_server_that_it_watches(user: Home, number: int) -> None:
    watcher = started(user, "serve", "--port", "0", "--reload")
    assert watcher.stderr is not None
    next(line for line in watcher.stderr if "listens on" in line)
    code, told = end(watcher, number)
    assert code == 0
    assert "Traceback" not in told


def test_the_program_is_a_module_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "voice_server", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("voice-server, version ")
