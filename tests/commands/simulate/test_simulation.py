"""A run against a server in this process; what a run prints is in test_stream_tokens_command.py."""

from __future__ import annotations

import json
import wave
from pathlib import Path
from typing import Any

import pytest

from voice_server.commands.shared.click_options import ServerChoice, SpeakerChoice
from voice_server.commands.simulate import simulation
from voice_server.commands.simulate.progress_display import Display
from voice_server.commands.simulate.simulation import run_simulation
from voice_server.commands.simulate.turn_timing import SentenceTiming
from voice_server.playback import SoundSink


class Recorder(Display):
    """Records the tokens, and the order in which the rest was displayed."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.calls: list[str] = []

    def start(self, server: ServerChoice) -> None:
        self.calls.append("start")

    def token(self, token: str) -> None:
        self.tokens.append(token)

    def sentence(self, sentence: SentenceTiming) -> None:
        self.calls.append(sentence.text)

    def end(self, sink: SoundSink) -> None:
        self.calls.append("end")


def simulate(text: str, **options: Any) -> None:
    run_simulation(
        text, server=ServerChoice(), speaker=SpeakerChoice(), as_json=True, output=Path("a.wav"), **options
    )


@pytest.mark.parametrize(("rate", "burst"), [(50.0, True), (2_000.0, False)])
def test_all_tokens_are_sent_and_every_sentence_is_displayed_in_order(
    run_command: Any, monkeypatch: pytest.MonkeyPatch, rate: float, burst: bool
) -> None:
    del run_command  # for its configuration
    recorder = Recorder()
    monkeypatch.setattr(simulation, "JsonDisplay", lambda: recorder)
    simulate("Hello there. How are you?", rate=rate, burst=burst)
    assert "".join(recorder.tokens) == "Hello there. How are you?"
    assert recorder.calls == ["start", "Hello there.", "How are you?", "end"]


def test_what_was_measured_is_what_was_saved(run_command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    del run_command  # for its configuration
    simulate("Hello there.", rate=50.0, burst=True)
    *_, summary, file = map(json.loads, capsys.readouterr().out.splitlines())
    with wave.open(file["path"]) as reader:
        assert summary["audio_ms"] == pytest.approx(reader.getnframes() / 24, abs=0.01)
