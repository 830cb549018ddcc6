from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest

from voice_server.client_events import ErrorEvent, Event, Pong, WarningEvent
from voice_server.commands.shared.click_options import ServerChoice
from voice_server.commands.simulate.progress_display import Display, JsonDisplay, TerminalDisplay
from voice_server.commands.simulate.simulated_llm import TokenLog
from voice_server.commands.simulate.turn_timing import SentenceTiming, TurnMeter

SENTENCE = SentenceTiming(0, "Hello\nthere.", 12.3456, 20.0, 0.0, 1500.0, 0.01234, 0.0)
VERSION_1_SENTENCE = SentenceTiming(0, "Hello.")


class Sink:
    """A sink of which only the file matters."""

    def __init__(self, path: Path | None) -> None:
        self.path = path


def meter() -> TurnMeter:
    made = TurnMeter(TokenLog())
    made.receive_audio(2 * 24_000, now=1.0)
    return made


def run(display: Display, *events: Event, path: Path | None = None) -> None:
    """One whole run with one sentence."""
    display.start(ServerChoice())
    display.token("Hello")
    display.token("\nthere.")
    for event in events:
        display.event(event)
    display.sentence(SENTENCE)
    display.summary(meter())
    sink: Any = Sink(path)
    display.end(sink)


def test_programs_get_a_json_line_for_each_sentence_problem_and_result(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(JsonDisplay(), Pong(1), WarningEvent("w", "slow"), ErrorEvent("failed", "e"), path=Path("a.wav"))
    warning, error, sentence, summary, file = map(json.loads, capsys.readouterr().out.splitlines())
    assert warning == {"type": "warning", "code": "w", "msg": "slow"}
    assert error == {"type": "error", "code": "e", "msg": "failed"}
    assert (sentence["type"], sentence["delay_ms"], sentence["rtf"]) == ("sentence", 12.346, 0.012)
    assert summary == {"type": "summary", "audio_ms": 1000.0, "gaps_ms": []}
    assert file == {"type": "file", "path": "a.wav"}


def test_people_get_a_row_for_each_sentence_and_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    run(TerminalDisplay(), WarningEvent("w", "slow"), path=Path("a.wav"))
    printed = capsys.readouterr()
    head, warning, row, summary, saved = map(click.unstyle, printed.out.splitlines())
    assert printed.err == "starting a server in this program …\n"
    assert head.split() == ["delay", "audio", "rtf", "gap", "sentence"]
    assert warning == "slow"
    assert row.split() == ["12.3", "ms", "1.50", "s", "0.0123", "0", "ms", "Hello", "there."]
    assert summary == "1.0 s of audio, 0 gaps; the first sound came 12.3 ms after its sentence was certain"
    assert saved == "saved to a.wav"


@pytest.mark.parametrize(
    ("silences_ms", "told"), [([50], "1 gap of 50 ms in all"), ([50, 100], "2 gaps of 150 ms in all")]
)
def test_the_summary_says_how_long_all_gaps_were_together(
    capsys: pytest.CaptureFixture[str], silences_ms: list[float], told: str
) -> None:
    measured = meter()
    now = 2.0
    for silence_ms in silences_ms:
        now += silence_ms / 1000
        measured.receive_audio(2 * 24_000, now)
        now += 1
    display = TerminalDisplay()
    display.summary(measured)
    display.end(Sink(None))  # type: ignore[arg-type]
    assert f" of audio, {told}; " in capsys.readouterr().out


def test_what_the_server_does_not_send_is_a_dash(capsys: pytest.CaptureFixture[str]) -> None:
    TerminalDisplay().sentence(VERSION_1_SENTENCE)
    assert click.unstyle(capsys.readouterr().out).split() == ["–", "–", "–", "–", "Hello."]


def test_a_fatal_error_is_left_to_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    TerminalDisplay().event(ErrorEvent("failed", fatal=True))
    assert capsys.readouterr().out == ""


def test_at_a_terminal_the_tokens_stay_below_the_rows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "9")
    display = TerminalDisplay()
    display.token("Hello")
    display.token(" there.")
    display.sentence(VERSION_1_SENTENCE)
    *_, row, tokens = click.unstyle(capsys.readouterr().out).split("\r")
    assert row.endswith("  Hello.\n")
    assert tokens.endswith("> here.")
