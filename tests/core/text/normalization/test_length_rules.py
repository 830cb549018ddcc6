"""Feet and inches, and the signs that may be something else."""

from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("5'11\" tall", "five foot eleven tall"),
        ("5 ft 7 in, 1 ft 1 in", "five feet seven inches, one foot one inch"),
        ("a 2' x 4' panel", "a two by four feet panel"),
        (
            "8 in long, 1 in wide, 3 in × 5 in",
            "eight inches long, one inch wide, three inches by five inches",
        ),
        (
            'one 1/4" bolt, a 27" screen, 3.5" each, 1"',
            "one one quarter inch bolt, a twenty-seven inch screen, three point five inches each, one inch",
        ),
        ("a 12″ LP", "a twelve inch LP"),
    ],
)
def test_they_are_said_as_people_say_them(written: str, spoken: str) -> None:
    assert normalized(written, "en")[0] == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("12 in all", "twelve in all"),
        ('he said "I am 5" and left', 'he said "I am five" and left'),
        ('"5" and "6"', '"five" and "six"'),
        ("the “class of 85”", "the “class of eighty-five”"),
    ],
)
def test_what_may_be_a_preposition_or_a_quotation_stays(written: str, spoken: str) -> None:
    assert normalized(written, "en")[0] == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("5'11\"", "fünf'elf\""),
    ],
)
def test_other_languages_have_no_inches(written: str, spoken: str) -> None:
    assert normalized(written, "de")[0] == spoken
