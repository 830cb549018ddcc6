from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from voice_server.cli import cli
from voice_server.commands.benchmark.comparison_report import AGAIN, REFERENCE, WITH_TIMES

TEXT = "Hello there. How are you today? I am well, thank you."


def test_a_server_of_its_own_is_measured_in_every_respect(run_command: Any) -> None:
    arguments = ["--clients", "1,2", "--rate", "500", "--runs", "1", "--json"]
    result = run_command("bench", "-", *arguments, input=TEXT)
    assert result.exit_code == 0, result.stderr
    figures = json.loads(result.stdout)
    assert list(figures["loads"]) == [
        "1 at 500 tokens/s",
        "1 in a burst",
        "2 at 500 tokens/s",
        "2 in a burst",
        "1 in a burst, tone",
        "2 in a burst, tone",
    ]
    for load in figures["loads"].values():
        assert load["errors"] == []
        assert load["gaps"] == 0
        assert load["first_ms"]["n"] == load["clients"]
        assert load["sentence_ms"]["n"] == 3 * load["clients"]
        assert load["cpu_ms_per_audio_s"] > load["server_cpu_ms_per_audio_s"] > 0
        assert load["audio_s"] > 0
    assert figures["floor"]["cpu_ms_per_audio_s"] > 0
    assert figures["cancel"]["answered_ms"]["n"] == 16
    assert figures["cancel"]["frames_after"] == 0
    assert figures["memory_mib"]["server"] > 10
    assert figures["start_s"] > 0


def test_dialects_are_compared_with_stream_tokens_on_one_server(run_command: Any) -> None:
    dialects = ["--dialect", "wyoming", "--dialect", "elevenlabs"]
    arguments = ["--text", TEXT, "--clients", "2", "--rate", "500", "--runs", "2", *dialects]
    result = run_command("bench", *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    figures = json.loads(result.stdout)
    assert list(figures["loads"]) == ["2 at 500 tokens/s", "2 in a burst"]
    for sides in figures["loads"].values():
        assert list(sides) == [REFERENCE, WITH_TIMES, "wyoming", "elevenlabs", AGAIN]
        for side in sides.values():
            assert side["errors"] == []
            assert side["first_ms"]["n"] == side["first_cpu_ms"]["n"] == 4
            assert side["first_cpu_ms"]["least"] > 0
            assert side["audio_s"] == sides[REFERENCE]["audio_s"]
        assert min(sides["wyoming"]["to_stream_tokens"].values()) > 0
        assert min(sides["elevenlabs"]["to_stream_tokens_with_words"].values()) > 0


def test_a_running_server_is_measured_without_its_process(run_command: Any) -> None:
    del run_command  # for its configuration
    server = subprocess.Popen(
        [sys.executable, "-m", "voice_server.cli", "serve", "--json", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert server.stdout is not None
    url = json.loads(server.stdout.readline())["url"]
    arguments = ["bench", "--url", url, "--clients", "2", "--rate", "2000", "--runs", "1", "--json"]
    result = CliRunner().invoke(cli, arguments)
    server.terminate()
    server.communicate()
    assert result.exit_code == 0, result.stderr
    figures = json.loads(result.stdout)
    assert list(figures["loads"]) == ["2 at 2000 tokens/s", "2 in a burst"]
    assert figures["loads"]["2 in a burst"]["first_ms"]["n"] == 2
    assert figures["loads"]["2 in a burst"]["cpu_ms_per_audio_s"] is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--clients", "many"], "--clients is a list of whole numbers from 1"),
        (["--clients", "0"], "--clients is a list of whole numbers from 1"),
        (["--backend", "nope"], "unknown backend 'nope'"),
        (["--url", "ws://127.0.0.1:1"], "no server at"),
        (["--dialect", "nope"], "unknown dialect 'nope'; there"),
        (["missing.txt"], "cannot read 'missing.txt'"),
    ],
)
def test_a_mistake_is_one_sentence(run_command: Any, arguments: list[str], sentence: str) -> None:
    result = run_command("bench", *arguments)
    assert result.exit_code in {1, 2}
    assert sentence in result.stderr
    assert not list(Path().iterdir())
