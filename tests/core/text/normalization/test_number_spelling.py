from __future__ import annotations

import pytest

from voice_server.core.text.normalization.languages import WORDS
from voice_server.core.text.normalization.number_spelling import NumberSpelling
from voice_server.core.text.normalization.number_syntax import WrittenNumber


def spelling(tag: str, *, keeps_digits: bool = False) -> NumberSpelling:
    return NumberSpelling(tag, WORDS[tag], decimal_mark=",", keeps_digits=keeps_digits)


@pytest.mark.parametrize(
    ("tag", "whole", "fraction", "spoken"),
    [
        ("en", "525000", "", "five hundred twenty-five thousand"),
        ("en", "2", "05", "two point zero five"),
        ("es", "2", "25", "dos coma veinticinco"),
        ("es", "2", "05", "dos coma cero cinco"),
        ("ru", "1", "1", "одна целая одна десятая"),
        ("ru", "2", "05", "две целых пять сотых"),
        ("ja", "2", "5", "2,5"),
        ("en", "0123", "", "zero one two three"),
        (
            "en",
            "1234567890123456",
            "",
            "one two three four five six seven eight nine zero one two three four five six",
        ),
    ],
)
def test_numbers(tag: str, whole: str, fraction: str, spoken: str) -> None:
    assert spelling(tag).number(WrittenNumber(whole, fraction)) == spoken


def test_a_number_agrees_with_what_it_counts() -> None:
    assert spelling("es").cardinal("21", "feminine") == "veintiuna"
    assert spelling("es").cardinal("21", "masculine") == "veintiún"
    assert spelling("en").cardinal("21", "feminine") == "twenty-one"


def test_an_engine_that_reads_numbers_gets_digits() -> None:
    assert spelling("de", keeps_digits=True).number(WrittenNumber("2", "5")) == "2,5"


@pytest.mark.parametrize(
    ("tag", "year", "spoken"),
    [
        ("en", 1984, "nineteen eighty-four"),
        ("en", 1900, "nineteen hundred"),
        ("en", 1905, "nineteen oh five"),
        ("en", 2005, "two thousand five"),
        ("en", 2024, "twenty twenty-four"),
        ("de", 1984, "neunzehnhundertvierundachtzig"),
        ("de", 2024, "zweitausendvierundzwanzig"),
        ("fr", 1984, "mille neuf cent quatre-vingt-quatre"),
    ],
)
def test_years(tag: str, year: int, spoken: str) -> None:
    assert spelling(tag).year(year) == spoken


def test_digits_are_said_one_by_one() -> None:
    assert spelling("en").digits("007") == "zero zero seven"
    assert spelling("ja").digits("007") == "0 0 7"


def test_ordinals_have_forms() -> None:
    assert spelling("en").ordinal(21) == "twenty-first"
    assert spelling("ru").ordinal(3, "-neuter-genitive") == "третьего"


def test_polish_ordinals_have_their_endings_as_far_as_there_are_any() -> None:
    assert spelling("pl").ordinal(1999) == "tysiąc dziewięćset dziewięćdziesiąty dziewiąty"
    assert spelling("pl").ordinal(2, "ej") == "drugiej"
    assert spelling("pl").ordinal(12_000) == "dwanaście tysięcy"
