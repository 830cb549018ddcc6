from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.text.splitting.speech_length import (
    LETTERS_PER_SECOND,
    fits_within,
    room_for,
    speech_length,
)

_TEXTS = st.text(st.sampled_from("ab 12345六か한ሀ😀"), max_size=40)


def _length(text: str) -> float:
    return speech_length(text, 0, len(text))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("a" * 300, 20), ("这" * 300, 60), ("か" * 100, 12), ("한" * 100, 17), ("ሀ" * 100, 15)],
)
def test_a_character_takes_as_long_as_its_script_is_slow(text: str, seconds: float) -> None:
    assert _length(text) / LETTERS_PER_SECOND == pytest.approx(seconds, abs=0.5)


def test_a_long_number_is_said_digit_by_digit() -> None:
    assert _length("1234567890") > _length("123 456 789 0")


@given(_TEXTS, st.floats(1, 60))
def test_what_fits_is_the_longest_beginning_and_depends_on_nothing_behind_it(
    text: str, longest: float
) -> None:
    at = fits_within(text, 0, longest)
    assert at == len(text) or fits_within(text + "a", 0, longest) == at
    assert _length(text[:at]) <= longest or at == 1
    assert at == len(text) or _length(text[: at + 1]) > longest


@given(_TEXTS, st.floats(1, 200))
def test_what_there_is_room_for_fits(text: str, longest: float) -> None:
    room = room_for(text, longest)
    assert room == 0 or _length(text + "六" * room) <= longest
