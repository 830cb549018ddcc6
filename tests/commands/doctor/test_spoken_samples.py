from __future__ import annotations

import re

import pytest

from voice_server.commands.doctor.spoken_samples import SAMPLES, language_of, voice_to_hear
from voice_server.core.types import Voice

VOICES = [Voice("ada", "Ada", "fi"), Voice("bo", "Bo", "de-AT"), Voice("cy", "Cy", "en-GB")]


@pytest.mark.parametrize("text", [text for texts in SAMPLES.values() for text in texts])
def test_a_sample_has_two_sentences_a_comma_and_nothing_to_be_read_out(text: str) -> None:
    assert len(re.findall(r"[.?!](?: |$)", text)) == 2
    assert "," in text
    assert not re.search(r"[\d*#/&%]|\w\.\w", text)


@pytest.mark.parametrize(
    ("voices", "default", "chosen"),
    [
        (VOICES, "bo", "bo"),
        (VOICES, "", "cy"),
        (VOICES, "ada", "cy"),
        (VOICES[:2], "", "bo"),
    ],
)
def test_the_default_voice_is_heard_or_one_that_there_are_samples_for(
    voices: list[Voice], default: str, chosen: str
) -> None:
    voice = voice_to_hear(voices, default)
    assert voice is not None
    assert voice.id == chosen
    assert language_of(voice) in SAMPLES


def test_nobody_is_heard_in_a_language_without_samples() -> None:
    assert voice_to_hear(VOICES[:1], "ada") is None
