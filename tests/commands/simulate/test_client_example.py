from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from voice_server.commands.shared.click_options import ServerChoice, SpeakerChoice
from voice_server.commands.simulate import client_example as module
from voice_server.commands.simulate.client_example import client_example
from voice_server.commands.simulate.simulated_llm import ANSWER


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The simulations that were asked for, none of which takes place."""
    seen: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(module, "run_simulation", lambda text, **options: seen.append((text, options)))
    return seen


def test_a_text_of_its_own_is_streamed_to_the_server_on_this_machine(
    runs: list[tuple[str, dict[str, Any]]],
) -> None:
    result = CliRunner().invoke(client_example, [])
    assert result.exit_code == 0, result.output
    ((text, options),) = runs
    assert text == ANSWER
    assert options["server"] == ServerChoice(url="ws://localhost:8000/stream-tokens")
    assert (options["speaker"], options["burst"], options["output"]) == (SpeakerChoice(), False, None)


def test_options_choose_server_voice_and_text(runs: list[tuple[str, dict[str, Any]]]) -> None:
    arguments = (
        "--url ws://host --token secret --backend tone --voice vera --opt speed=2 --text Hi. --json -o a.wav"
    )
    result = CliRunner().invoke(client_example, arguments.split())
    assert result.exit_code == 0, result.output
    ((text, options),) = runs
    assert text == "Hi."
    assert options["server"] == ServerChoice("ws://host", backend="tone", token="secret")
    assert options["speaker"] == SpeakerChoice("vera", opts={"speed": 2})
    assert (options["output"], options["as_json"]) == (Path("a.wav"), True)


def test_without_a_server_there_is_one_sentence() -> None:
    result = CliRunner().invoke(client_example, ["--url", "ws://127.0.0.1:1", "-o", "a.wav"])
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "start one with: voice-server serve" in result.stderr
