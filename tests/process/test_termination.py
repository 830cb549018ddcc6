"""The first signal ends a program in good order, the second at once, both without a traceback."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from voice_server.process.termination import add_last_duty, handing_over, last_duty, remove_last_duty

NUMBERS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
ENDED = {signal.SIGINT: "KeyboardInterrupt", signal.SIGTERM: "SystemExit", signal.SIGHUP: "SystemExit"}
PROGRAM = """
import pathlib, signal, sys, time
from voice_server.process.termination import *
if sys.argv[2] == "ignored":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
end_on_signals()
def wait():
    print("waiting", flush=True)
    for _ in range(6000):  # a signal in front of a sleep's system call is seen behind it
        time.sleep(0.01)
kept = pathlib.Path(sys.argv[1])
kept.touch()
if sys.argv[2] == "handed over":
    taken = []
    with handing_over(lambda: taken.append(1)):
        print("waiting", flush=True)
        while not taken:
            time.sleep(0.01)
    raise_received_signal()
if sys.argv[2] == "at once":
    add_last_duty(kept.unlink)
    with ending_at_once():
        wait()
try:
    with last_duty(kept.unlink):
        try:
            wait()
        except BaseException as error:
            print(type(error).__name__, flush=True)
            if sys.argv[2] == "stubborn":
                wait()
            raise
except KeyboardInterrupt:
    sys.exit(130)
"""


def started(folder: Path, kind: str = "") -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder / "part"), kind],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    line(process, "waiting")
    return process


def line(process: subprocess.Popen[str], wanted: str) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == f"{wanted}\n"


@pytest.mark.parametrize("number", NUMBERS)
def test_the_first_signal_is_an_exception(tmp_path: Path, number: int) -> None:
    process = started(tmp_path)
    process.send_signal(number)
    line(process, ENDED[signal.Signals(number)])
    _, told = process.communicate(timeout=10)
    assert (process.returncode, told) == (128 + number, "")
    assert (tmp_path / "part").exists(), "what the last duties do is the program's own business here"


@pytest.mark.parametrize("first", NUMBERS)
@pytest.mark.parametrize("second", NUMBERS)
def test_the_second_ends_it_at_once_and_does_the_last_duties(tmp_path: Path, first: int, second: int) -> None:
    process = started(tmp_path, "stubborn")
    process.send_signal(first)
    line(process, ENDED[signal.Signals(first)])
    line(process, "waiting")
    time.sleep(0.25)  # sooner it would count as the same signal
    process.send_signal(second)
    _, told = process.communicate(timeout=10)
    assert (process.returncode, told) == (128 + second, "")
    assert not (tmp_path / "part").exists()


def test_a_signal_that_comes_twice_in_a_moment_is_one(tmp_path: Path) -> None:
    process = started(tmp_path, "stubborn")
    process.send_signal(signal.SIGTERM)
    line(process, "SystemExit")
    process.send_signal(signal.SIGTERM)
    line(process, "waiting")
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", NUMBERS)
def test_whoever_takes_the_first_signal_raises_it_later(tmp_path: Path, number: int) -> None:
    process = started(tmp_path, "handed over")
    process.send_signal(number)
    _, told = process.communicate(timeout=10)
    assert process.returncode == (128 + number if number != signal.SIGINT else -number)
    assert ("KeyboardInterrupt" in told) == (number == signal.SIGINT)  # this program does not catch it there


@pytest.mark.parametrize("number", NUMBERS)
def test_a_program_that_waits_for_input_ends_at_once_with_its_duties_done(
    tmp_path: Path, number: int
) -> None:
    process = started(tmp_path, "at once")
    process.send_signal(number)
    _, told = process.communicate(timeout=10)
    assert (process.returncode, told) == (128 + number, "")
    assert not (tmp_path / "part").exists()


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    process = started(tmp_path, "ignored")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    line(process, "SystemExit")
    process.communicate(timeout=10)
    assert process.returncode == 143


def test_duties_and_takers_are_forgotten_after_their_block() -> None:
    def duty() -> None: ...

    with last_duty(duty), handing_over(duty):
        pass
    add_last_duty(duty)
    remove_last_duty(duty)
    remove_last_duty(duty)
