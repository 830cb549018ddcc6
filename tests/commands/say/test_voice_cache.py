from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from voice_server.commands.say.say_command import say
from voice_server.commands.say.voice_cache import complete_language, complete_voice, store


def voice(name: str, language: str = "en-GB") -> dict[str, Any]:
    return {"id": name, "language": language, "name": name.title(), "gender": "", "backend": "tone"}


def completed(prefix: str) -> tuple[list[str], list[str]]:
    """The voices and languages that complete a prefix."""
    context, option = click.Context(say), say.params[0]
    return complete_voice(context, option, prefix), complete_language(context, option, prefix)


def test_without_a_list_there_is_nothing_to_complete() -> None:
    assert completed("") == ([], [])


def test_names_and_languages_of_the_last_list_are_completed_in_order() -> None:
    store([voice("walt"), voice("vera"), voice("eva", "es")])
    assert completed("") == (["eva", "vera", "walt"], ["en-GB", "es"])
    assert completed("e") == (["eva"], ["en-GB", "es"])
    store([voice("vera")])
    assert completed("") == (["vera"], ["en-GB"])


def test_nothing_is_new_in_the_first_list() -> None:
    assert store([voice("vera")]) == []


def test_names_that_the_last_list_did_not_have_are_new() -> None:
    store([voice("vera")], ["both"])
    assert store([voice("walt"), voice("vera")], ["both", "three"]) == ["walt", "three"]


def test_mixes_stay_until_a_list_with_mixes_comes() -> None:
    store([voice("vera")], ["both"])
    store([voice("vera")])
    assert completed("b") == (["both"], [])
    store([voice("vera")], [])
    assert completed("b") == ([], [])


@pytest.mark.parametrize("content", ["", "[", '"\udcff"'])
def test_a_file_that_is_broken_is_no_list(tmp_path: Path, content: str) -> None:
    store([voice("vera")])
    (tmp_path / "cache" / "voice-server" / "voices.json").write_text(content, errors="surrogateescape")
    assert completed("") == ([], [])


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    assert store([voice("vera")]) == []
    assert completed("") == ([], [])
