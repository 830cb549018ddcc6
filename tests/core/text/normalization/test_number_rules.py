from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("the 9/11 panel", "the nine eleven panel"),
        ("10.000.000 people", "ten million people"),
        ("3,993,310MMBTU", "3,993,310MMBTU"),
        (
            "1/2 cup, 2 1/2, 3/4, 2½ and 24/7",
            "one half cup, two and a half, three quarters, two and a half and twenty-four seven",
        ),
        ("1st, 22nd, 103rd", "first, twenty-second, one hundred third"),
        ("3x faster, 1.5x", "three times faster, one point five times"),
        ("In 2020 300 people", "In twenty twenty three hundred people"),
        ("1500 people and 2024 items", "fifteen hundred people and two thousand twenty-four items"),
        ("1,000,000 people", "one million people"),
        ("Room 214, 3.14", "Room two fourteen, three point one four"),
        (
            "1920x1080, 2*3, 5 × 3",
            "nineteen twenty by one thousand eighty, two times three, five times three",
        ),
        ("120/80", "one hundred twenty over eighty"),
        ("7 3/9", "seven three over nine"),
        ("9/10", "nine out of ten"),
        (
            "4.5/5, 85/100 and 1/10",
            "four point five out of five, eighty-five out of one hundred and one tenth",
        ),
        ("1½ tsp salt, ½ in. thick", "one and a half teaspoons salt, one half inch thick"),
        ("120/80 mmHg", "one hundred twenty over eighty millimeters of mercury"),
        ("30 × 20 × 15 cm", "thirty by twenty by fifteen centimeters"),
        ("2x + 1, (3y), 4z faster", "two x plus one, (three y), 4z faster"),
    ],
)
def test_it_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert normalized(written, "en-US")[0] == spoken
