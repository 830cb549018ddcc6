from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

import pytest

from voice_server.commands.shared.voice_list import speaks, voice_row, voices_of
from voice_server.config import load_config
from voice_server.core.types import Voice


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
    assert speaks(Voice("v", "V", language), wanted) is does


def test_a_row_holds_what_is_known_of_a_voice() -> None:
    assert voice_row(asdict(Voice("v", "Vera", "en-GB", "female", "tone"))).split() == [
        "v", "en-GB", "female", "tone", "Vera"
    ]  # fmt: skip
    assert voice_row(asdict(Voice("v", "Vera", "en-GB", "", "tone"))).split()[2] == "–"


def test_voices_come_with_a_sentence_for_each_backend_that_does_not_run(run_command: Any) -> None:
    del run_command  # for its configuration
    voices, down = asyncio.run(voices_of(load_config()))
    assert [voice.id for voice in voices] == ["low", "middle", "high", "top"]
    assert [sentence.partition(":")[0] for sentence in down] == ["broken"]
