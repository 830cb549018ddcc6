from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_voices_are_listed_for_programs_and_people(run_command: Any) -> None:
    result = run_command("voices", "--backend", "tone", "--json")
    assert result.exit_code == 0, result.stderr
    listed = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(each["number"], each["id"]) for each in listed] == [
        (1, "low"), (2, "middle"), (3, "high"), (4, "top")
    ]  # fmt: skip
    shown = run_command("voices", "--backend", "tone")
    assert shown.stdout.split()[:5] == ["1", "low", "en-US", "male", "tone"]
    assert shown.stderr.splitlines()[-1] == "4 voices in 3 languages"


def test_the_number_of_a_list_is_one_that_speak_takes(run_command: Any) -> None:
    number = run_command("voices", "--lang", "fr").stdout.split()[0]
    for voice in (number, "top"):
        result = run_command("speak", "Hi.", "--voice", voice, "-o", f"{voice}.wav")
        assert result.exit_code == 0, result.stderr
    assert Path(f"{number}.wav").read_bytes() == Path("top.wav").read_bytes()


def test_a_backend_that_does_not_run_is_a_note_and_the_others_are_listed(run_command: Any) -> None:
    result = run_command("voices", "--lang", "de")
    assert result.exit_code == 0
    assert "broken: " in result.stderr
    assert len(result.stdout.splitlines()) == 1


def test_a_backend_that_was_asked_for_and_does_not_run_is_an_error(run_command: Any) -> None:
    result = run_command("voices", "--backend", "broken")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1].startswith("error: broken: ")
