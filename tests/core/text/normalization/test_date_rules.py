from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("It closed on the 14th of December.", "It closed on the fourteenth of December."),
        ("It closed on 14 Dec.", "It closed on the fourteenth of December."),
        ("By late 1974 investors left.", "By late nineteen seventy-four investors left."),
        ("before 1500 ships came", "before one thousand five hundred ships came"),
        ("3.5.24 or 3/15/24", "three point five point twenty-four or March fifteenth, twenty twenty-four"),
        ("1995-1990", "nineteen ninety-five to nineteen ninety"),
        ("1990-80", "one thousand nine hundred ninety to eighty"),
        ("Closed from Dec. 24 to Jan. 2.", "Closed from December twenty-fourth to January second."),
        ("He was born on July 4th, 1976.", "He was born on July fourth, nineteen seventy-six."),
        (
            "On 2024-03-15 or 3/15/2024 or 15/03/2024.",
            (
                "On March fifteenth, twenty twenty-four or March fifteenth, twenty twenty-four or March "
                "fifteenth, twenty twenty-four."
            ),
        ),
        (
            "In 1984, the 1990s, the '80s and 80s.",
            "In nineteen eighty-four, the nineteen nineties, the eighties and eighties.",
        ),
        ("May 5, 5 May 2021, May 5–7", "May fifth, the fifth of May twenty twenty-one, May fifth to seventh"),
        ("the 5th of May", "the fifth of May"),
        ("Sept. 3", "September third"),
        ("mid-1990s", "mid-nineteen nineties"),
        ("1990-91 and 1914–1918", "nineteen ninety to ninety-one and nineteen fourteen to nineteen eighteen"),
        ("1500–2000 mg", "one thousand five hundred to two thousand milligrams"),
        ("99/99/2024", "99/99/2024"),
        ("the 1900s and 2000s", "the nineteen hundreds and two thousands"),
        ("(2019)", "(twenty nineteen)"),
        ("of 2024 items", "of two thousand twenty-four items"),
        ("July 45", "July forty-five"),
        ("FY2024, Q2'24 and Q3 ’25", "FY twenty twenty-four, Q two twenty-four and Q three twenty-five"),
        ("by 5/1, on 12/31", "by May first, on December thirty-first"),
        ("the season 2024/25, 2024/30", "the season twenty twenty-four twenty-five, 2024/30"),
        ("(2020 census)", "(twenty twenty census)"),
    ],
)
def test_it_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert normalized(written, "en-US")[0] == spoken
