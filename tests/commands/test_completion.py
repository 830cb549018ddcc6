"""What a shell completes: commands, options, and the voices of the last list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from voice_server.cli import cli
from voice_server.commands.say import voice_cache

VOICES: list[dict[str, Any]] = [
    {"id": "af_bella", "language": "en-us", "name": "Bella", "number": 1},
    {"id": "af_heart", "language": "en-us", "name": "Heart", "number": 2},
    {"id": "bf_emma", "language": "en-gb", "name": "Emma", "number": 3},
]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def completed(words: str) -> list[str]:
    """What bash is offered for the last of these words."""
    variables = {
        "_VOICE_SERVER_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    result = CliRunner().invoke(cli, [], prog_name="voice-server", env=variables)
    return [line.partition(",")[2] for line in result.output.splitlines() if line]


@pytest.mark.parametrize(
    ("shell", "marks"), [("bash", "complete -o"), ("zsh", "#compdef voice-server"), ("fish", "complete --no")]
)
def test_each_shell_gets_its_script(shell: str, marks: str) -> None:
    result = CliRunner().invoke(cli, ["completion", shell])
    assert result.exit_code == 0, result.output
    assert marks in result.output
    assert "_VOICE_SERVER_COMPLETE" in result.output


def test_commands_and_options_are_completed() -> None:
    assert completed("voice-server sa") == ["say"]
    assert completed("voice-server say --pa") == ["--pause"]
    assert completed("voice-server say --policy m") == ["mix"]


def test_voices_and_languages_are_those_of_the_last_list() -> None:
    voice_cache.store(VOICES)
    assert completed("voice-server say --voice af_") == ["af_bella", "af_heart"]
    assert completed("voice-server say --language en-") == ["en-gb", "en-us"]


def test_without_a_list_there_is_no_voice_to_complete() -> None:
    assert completed("voice-server say --voice af_") == []
