from __future__ import annotations

import wave
from typing import Any

import pytest


def saved_ms() -> float:
    with wave.open("speech.wav") as reader:
        return int(reader.getnframes()) / 24


def test_piped_lines_are_spoken_to_the_end(run_command: Any) -> None:
    assert run_command("speak", "Hello there. And again.", "-o", "speech.wav").exit_code == 0
    wanted_ms = saved_ms()
    result = run_command("repl", input="Hello there.\n\nAnd again.\n")
    assert result.exit_code == 0, result.stderr
    assert saved_ms() == pytest.approx(wanted_ms, rel=0.1)  # with the pause
    assert "no speakers" in result.stderr


def test_a_line_with_a_colon_changes_how_the_next_ones_are_spoken(run_command: Any) -> None:
    run_command("repl", input="Hello there.\n")
    slow_ms = saved_ms()
    result = run_command("repl", input=":speed 2\n:voice high\n:opt words=false\nHello there.\n")
    assert result.exit_code == 0, result.stderr
    assert saved_ms() == pytest.approx(slow_ms / 2, rel=0.1)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (":sing", "there is no :sing; there are :voice, "),
        (":voice", ":voice wants to be told what"),
        (":opt speed", "KEY=VALUE"),
        (":voice nobody", "unknown voice 'nobody'"),
        (":speed fast", "option speed must be a number"),
    ],
)
def test_a_mistake_is_printed_and_the_next_line_is_spoken(run_command: Any, line: str, sentence: str) -> None:
    result = run_command("repl", input=f"{line}\nHello there.\n")
    assert result.exit_code == 0
    assert sentence in result.stderr
    assert saved_ms() > 100


def test_voices_and_help_are_printed(run_command: Any) -> None:
    result = run_command("repl", input=":voices fr\n:help\n:quit\nnever spoken\n")
    assert result.stdout.splitlines()[0].split()[:2] == ["4", "top"]
    assert ":speed FACTOR" in result.stdout
    assert saved_ms() == 0
