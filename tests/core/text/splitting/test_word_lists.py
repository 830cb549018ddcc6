"""The word lists hold what their readers look up, each word once, and nothing that nobody could find."""

from __future__ import annotations

from collections import Counter

import pytest

from voice_server.core.text.splitting import word_lists
from voice_server.core.text.splitting.lexicon import lexicon

BY_LANGUAGE = ("STARTERS", "MONTHS", "SHORT_WORDS", "TIME_PREPOSITIONS", "FUNCTION_WORDS")
LISTS = (
    "STARTERS_ANYWHERE",
    "TIME_ABBREVIATIONS",
    "ADDRESS_SUFFIXES",
    "HEADING_WORDS",
    "CONJUNCTIONS",
    "ROMAN_NUMBERS",
    "BEHIND_LABEL",
    "DETERMINERS",
    "LETTERED_NOUNS",
    "SAID_VERBS",
    "URDU_LETTERS",
    "URDU_TITLES",
)
IN_ANY_CASE = {"SHORT_WORDS"}
"""Read as they are written: a short word at the beginning of a sentence is listed for itself."""

NUMERALS = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def table(name: str) -> dict[str, str]:
    """The lists of a name by language; those of all languages under ""."""
    listed = getattr(word_lists, name)
    return listed if isinstance(listed, dict) else {"": listed}


def every_list() -> list[tuple[str, str]]:
    return [(name, language) for name in (*BY_LANGUAGE, *LISTS) for language in table(name)]


def roman(number: int) -> str:
    for value, numeral in NUMERALS:
        if number >= value:
            return numeral + roman(number - value)
    return ""


def test_every_list_is_held_to_these_laws() -> None:
    public = {
        name for name, each in vars(word_lists).items() if name.isupper() and isinstance(each, dict | str)
    }
    assert public == {*BY_LANGUAGE, *LISTS}


@pytest.mark.parametrize(("name", "language"), every_list())
def test_no_list_is_empty_and_no_word_stands_twice(name: str, language: str) -> None:
    words = table(name)[language].split()
    assert words
    assert [word for word, times in Counter(words).items() if times > 1] == []


@pytest.mark.parametrize("name", sorted({*BY_LANGUAGE, *LISTS} - IN_ANY_CASE))
def test_words_that_are_looked_up_in_lower_case_are_written_so(name: str) -> None:
    for words in table(name).values():
        assert words == words.lower()


@pytest.mark.parametrize("name", BY_LANGUAGE)
def test_a_language_has_starters_before_it_has_anything_else(name: str) -> None:
    assert table(name).keys() <= word_lists.STARTERS.keys()


@pytest.mark.parametrize("language", word_lists.STARTERS)
def test_a_languages_own_lists_are_the_ones_it_gets(language: str) -> None:
    found = lexicon(language)
    assert set(word_lists.STARTERS[language].split()) <= found.starters
    assert found.months == set(word_lists.MONTHS.get(language, "").split())
    assert found.short_words == set(word_lists.SHORT_WORDS.get(language, "").split())


def test_a_short_word_has_at_most_four_letters() -> None:
    assert all(len(word) <= 4 for words in word_lists.SHORT_WORDS.values() for word in words.split())


def test_a_time_abbreviation_has_dots_inside_and_is_listed_without_its_last() -> None:
    for time in word_lists.TIME_ABBREVIATIONS.split():
        assert "." in time
        assert not time.endswith(".")


def test_labels_of_lists_count_up_in_roman_numbers() -> None:
    counted = word_lists.ROMAN_NUMBERS.split()
    assert counted == [roman(number) for number in range(1, len(counted) + 1)]


def test_what_begins_a_sentence_in_any_language_begins_one_in_english() -> None:
    assert set(word_lists.STARTERS_ANYWHERE.split()) <= set(word_lists.STARTERS["en"].split())


@pytest.mark.parametrize("heading", word_lists.HEADING_WORDS.split())
def test_a_heading_is_a_plain_word(heading: str) -> None:
    assert heading.isalpha(), "headings are joined into a regular expression"
