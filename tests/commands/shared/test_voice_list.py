from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from typing import Any

import click
import pytest

from voice_server.commands.shared.voice_list import counted, speaks, voice_table, voices_of
from voice_server.config import load_config
from voice_server.core.types import Voice


def plain_rows(voices: list[dict[str, object]]) -> list[str]:
    """The rows as a pipe gets them."""
    return [click.unstyle(row) for row in voice_table(voices)]


@pytest.mark.parametrize(
    ("wanted", "language", "does"),
    [
        (None, "x", True),
        ("en", "en-GB", True),
        ("EN-gb", "en-GB", True),
        ("en", "eng", False),
        ("en-GB", "en", False),
    ],
)
def test_a_language_includes_its_regions(wanted: str | None, language: str, does: bool) -> None:
    assert speaks({"language": language}, wanted) is does


def test_a_row_holds_what_is_known_of_a_voice() -> None:
    vera = {"number": 7, **asdict(Voice("v", "Vera", "en-GB", "female", "tone"))}
    assert [row.split() for row in plain_rows([vera])] == [["7", "v", "en-GB", "female", "tone", "Vera"]]
    assert plain_rows([vera | {"gender": ""}])[0].split()[3] == "–"


def test_columns_are_as_wide_as_what_is_in_them() -> None:
    vera = {"number": 7, **asdict(Voice("v", "Vera", "en-GB", "female", "tone"))}
    assert plain_rows([vera, vera | {"number": 10, "id": "en_US-libritts_r-medium+3922"}]) == [
        " 7  v                             en-GB  female  tone  Vera",
        "10  en_US-libritts_r-medium+3922  en-GB  female  tone  Vera",
    ]
    assert plain_rows([]) == []


def test_a_terminal_gets_a_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    vera = {"number": 7, **asdict(Voice("v", "Vera", "en-GB", "female", "tone"))}
    head, row = plain_rows([vera])
    assert head.split() == ["number", "id", "language", "gender", "backend", "name"]
    assert (row.index("v "), row.index("Vera")) == (head.index("id"), head.index("name"))
    assert plain_rows([]) == []


@pytest.mark.parametrize(
    ("voices", "sentence"),
    [
        ([], "0 voices in 0 languages"),
        ([("en-GB", "a")], "1 voice in 1 language"),
        ([("en-GB", "a"), ("en-US", "a"), ("de", "a"), ("de", "a")], "4 voices in 3 languages"),
        ([("de", "a"), ("mul", "a"), ("", "a")], "3 voices in 1 language"),
        ([("en", "a"), ("en", "b"), ("en", "a")], "3 voices in 1 language: a 2, b 1"),
    ],
)
def test_voices_are_counted_by_language_and_backend(voices: list[tuple[str, str]], sentence: str) -> None:
    assert counted([{"language": language, "backend": backend} for language, backend in voices]) == sentence


def test_voices_come_with_a_sentence_for_each_backend_that_does_not_run(run_command: Any) -> None:
    del run_command  # for its configuration
    configured = asyncio.run(voices_of(load_config()))
    assert [(voice["number"], voice["id"]) for voice in configured.voices] == [
        (1, "low"), (2, "middle"), (3, "high"), (4, "top")
    ]  # fmt: skip
    assert list(configured.down) == ["broken"]
    assert not configured.not_set_up
