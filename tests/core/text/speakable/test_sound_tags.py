from __future__ import annotations

import pytest

from voice_server.core.text.speakable.sound_tags import is_sound, sound_name

SOUNDS = (
    "laugh laughs laughing laughter chuckles sighs coughing throat sneezes sniffles gasps giggling groans "
)
SOUNDS += "yawns pause breathes exhales inhaling hums whispering cries sobbing applause music singing sad"
TEXT = "sic note his out end start human singapore link edit tone laughable a clear 1 hummingbird"


@pytest.mark.parametrize("name", [*SOUNDS.split(), "clears throat", "laughs softly", "long_pause"])
def test_what_a_person_can_perform_is_a_sound(name: str) -> None:
    assert is_sound(name)


@pytest.mark.parametrize("name", [*TEXT.split(), "john laughs", "a long and deep sigh"])
def test_anything_else_in_brackets_is_text(name: str) -> None:
    assert not is_sound(name)


def test_names_are_told_apart_by_their_words_only() -> None:
    assert sound_name("Clear   Throat") == sound_name("clear throat") == "clear throat"
