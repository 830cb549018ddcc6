from __future__ import annotations

import json
import wave
from pathlib import Path
from typing import Any

import pytest

TEXT = "Hello there. How are you today? I am well."


def lines_of(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_every_sentence_is_printed_with_its_times_and_saved(run_command: Any, tmp_path: Path) -> None:
    result = run_command("stream-tokens", "-", "--burst", "--json", "--output", "x.wav", input=TEXT)
    assert result.exit_code == 0, result.stderr
    *sentences, summary, file = lines_of(result.stdout)
    assert [each["text"] for each in sentences] == ["Hello there.", "How are you today?", "I am well."]
    assert all(each["audio_ms"] > 0 and each["delay_ms"] > 0 for each in sentences)
    with wave.open(file["path"]) as reader:
        saved_ms = reader.getnframes() / 24
    assert summary["audio_ms"] == pytest.approx(saved_ms, abs=0.01)
    assert sum(each["audio_ms"] for each in sentences) == pytest.approx(saved_ms, abs=0.5)


def test_without_speakers_the_sound_is_saved_here_and_the_path_printed(run_command: Any) -> None:
    Path("text.txt").write_text(TEXT)
    result = run_command("stream-tokens", "text.txt", "--rate", "2000")
    assert result.exit_code == 0, result.stderr
    assert f"saved to {Path.cwd() / 'speech.wav'}" in result.stdout
    assert "How are you today?" in result.stdout
    assert "0 gaps" in result.stdout


def test_options_and_voice_reach_the_backend(run_command: Any) -> None:
    def audio_ms(*arguments: str) -> float:
        result = run_command("stream-tokens", "-", "--burst", "--json", "-o", "x.wav", *arguments, input=TEXT)
        assert result.exit_code == 0, result.stderr
        summary: float = lines_of(result.stdout)[-2]["audio_ms"]
        return summary

    assert audio_ms("--speed", "2", "--voice", "high") == pytest.approx(audio_ms() / 2, rel=0.05)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--voice", "nobody"], 2, "unknown voice 'nobody'"),
        (["--opt", "speed=fast"], 2, "option speed must be a number"),
        (["--backend", "broken"], 1, "adapter"),
        (["--backend", "nope"], 2, "unknown backend 'nope'"),
        (["--pool-size", "0"], 2, "from 1 to 64, not 0"),
        (["--config", "none.yaml"], 2, "there is no file 'none.yaml'"),
        (["--url", "ws://127.0.0.1:1"], 1, "start one with: voice-server serve"),
        (["--opt", "speed"], 2, "KEY=VALUE"),
        (["--output", "no/such/folder/x.wav"], 2, "cannot write"),
        (["missing.txt"], 2, "cannot read 'missing.txt'"),
        (["binary.txt"], 2, "is not UTF-8 text"),
        (["empty.txt"], 2, "there is no text to speak"),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_no_file(
    run_command: Any, arguments: list[str], code: int, sentence: str
) -> None:
    Path("binary.txt").write_bytes(b"\xff\xfe\xff")
    Path("empty.txt").write_text(" \n")
    result = run_command("stream-tokens", "--burst", *arguments)
    assert result.exit_code == code, result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert sentence in errors[0]
    assert "Traceback" not in result.stderr
    assert not list(Path().glob("*.wav"))
    assert not list(Path().glob(".*.part"))
