from __future__ import annotations

import re

import pytest

from voice_server.core.text.speakable.math_words import MATH_LANGUAGES, math_words

_ENGLISH = math_words("en")


@pytest.mark.parametrize("language", MATH_LANGUAGES)
def test_every_language_has_words_for_the_same_things(language: str) -> None:
    assert math_words(language).keys() == _ENGLISH.keys()


@pytest.mark.parametrize("language", MATH_LANGUAGES)
def test_words_have_a_place_for_each_part(language: str) -> None:
    for key, said in math_words(language).items():
        assert sorted(set(re.findall(r"\{\d\}", said))) == sorted(
            set(re.findall(r"\{\d\}", _ENGLISH[key]))
        ), key


def test_capital_letters_have_the_names_of_small_ones() -> None:
    assert _ENGLISH["Σ"] == _ENGLISH["σ"] == _ENGLISH["ς"] == "sigma"


def test_a_language_without_a_table_has_the_english_words() -> None:
    assert math_words("sw")["="] == "equals"
