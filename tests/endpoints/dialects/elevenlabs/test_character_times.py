"""When characters are heard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.speech.rendering import words_of
from voice_server.core.types import WordMark
from voice_server.endpoints.dialects.elevenlabs.character_times import (
    CharacterTimes,
    TimedCharacter,
    characters_of,
)


def shown(characters: list[TimedCharacter]) -> str:
    return "".join(each.character for each in characters)


def test_characters_share_the_time_of_their_word_evenly_and_blanks_the_time_between() -> None:
    marks = [WordMark("ab", 100.0, 200.0, 0, 2), WordMark("c", 300.0, 350.0, 4, 5)]
    characters = list(characters_of("ab, c!", marks))
    assert characters == [
        TimedCharacter("a", 100.0, 150.0),
        TimedCharacter("b", 150.0, 200.0),
        TimedCharacter(",", 200.0, 250.0),
        TimedCharacter(" ", 250.0, 300.0),
        TimedCharacter("c", 300.0, 350.0),
        TimedCharacter("!", 350.0, 350.0),
    ]


def test_what_is_said_has_the_words_of_normalization() -> None:
    text = "It costs $4, so."
    marks = [
        WordMark("It", 0.0, 10.0, 0, 2),
        WordMark("costs", 10.0, 20.0, 3, 8),
        WordMark("four", 20.0, 30.0, 9, 11),
        WordMark("dollars", 30.0, 50.0, 9, 11),
        WordMark("so", 60.0, 70.0, 13, 15),
    ]
    typed, spoken = CharacterTimes().typed_and_spoken(text, marks)
    assert shown(typed) == text
    assert shown(spoken) == "It costs four dollars, so."
    assert typed[9].start_ms == 20.0
    assert typed[10].end_ms == 50.0


def test_sentences_follow_each_other_without_losing_a_character() -> None:
    text = '"One," he said.\n«Two» **three**! Four'
    times = CharacterTimes()
    parts = []
    for sentence in ((1, 4), (6, 14)), ((17, 20), (24, 29)), ((33, 37),):
        marks = [WordMark(text[a:b], a * 10.0, b * 10.0, a, b) for a, b in sentence]
        parts.append(shown(times.typed_and_spoken(text, marks)[0]))
    assert "".join(parts) == text.replace("\n", " ")
    assert parts[0] == '"One," he said. '
    assert times.rest(text) == []


def test_text_behind_the_last_word_is_the_rest() -> None:
    times = CharacterTimes()
    times.typed_and_spoken("One <b>", [WordMark("One", 0.0, 9.0, 0, 3)])
    assert shown(times.rest("One <b>x</b>")) == "<b>x</b>"


def test_without_words_there_are_no_characters() -> None:
    assert CharacterTimes().typed_and_spoken("One", []) == ([], [])


@given(st.text(alphabet="ab .,\n", min_size=1))
def test_every_character_once_and_times_never_fall(text: str) -> None:
    characters = list(characters_of(text, words_of(text)))
    assert shown(characters) == text.replace("\n", " ")
    times = [moment for each in characters for moment in each[1:]]
    assert times == sorted(times)


@pytest.mark.parametrize("start_ms", [0.0, 50.0])
def test_times_that_overlap_are_put_in_order(start_ms: float) -> None:
    marks = [WordMark("a", 0.0, 100.0, 0, 1), WordMark("b", start_ms, 90.0, 2, 3)]
    assert [each.start_ms for each in characters_of("a b", marks)] == [0.0, 100.0, 100.0]


def test_a_blank_stands_for_what_is_long_and_not_spoken() -> None:
    text = "One" + "-" * 2000 + "two" + "=" * 2000
    marks = [WordMark("One", 0.0, 10.0, 0, 3), WordMark("two", 20.0, 30.0, 2003, 2006)]
    assert shown(list(characters_of(text, marks))) == "One two "
    times = CharacterTimes()
    assert shown(times.typed_and_spoken(text, marks)[0]) == "One two" + "=" * 500
    assert shown(times.rest(text)) == " "


def test_both_are_one_list_where_nothing_was_normalized() -> None:
    typed, spoken = CharacterTimes().typed_and_spoken("One.", [WordMark("One", 0.0, 9.0, 0, 3)])
    assert typed is spoken
    assert shown(typed) == "One."
