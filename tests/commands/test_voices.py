from __future__ import annotations

import json
from typing import Any


def test_voices_are_listed_for_programs_and_people(run_command: Any) -> None:
    result = run_command("voices", "--backend", "tone", "--json")
    assert result.exit_code == 0, result.stderr
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["low", "middle", "high", "top"]
    assert run_command("voices", "--backend", "tone").stdout.split()[:4] == ["low", "en-US", "male", "tone"]


def test_a_backend_that_does_not_run_is_a_note_and_the_others_are_listed(run_command: Any) -> None:
    result = run_command("voices", "--lang", "de")
    assert result.exit_code == 0
    assert "broken: " in result.stderr
    assert len(result.stdout.splitlines()) == 1


def test_a_backend_that_was_asked_for_and_does_not_run_is_an_error(run_command: Any) -> None:
    result = run_command("voices", "--backend", "broken")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1].startswith("error: broken: ")
