from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("R&D, AT&T", "R and D, AT and T"),
        ("A → B, a->b", "A to B, a to b"),
        ("x = 5, x=5, x= 5", "x equals five, x equals five, x= five"),
        ("50+ people", "fifty plus people"),
        ("C++ and C#", "C plus plus and C sharp"),
        ("#5 and § 5", "number five and section five"),
        ("a + b, a < b", "a plus b, a less than b"),
        ("5 × 3", "five times three"),
        ("Monday–Friday, noon–5pm", "Monday to Friday, noon to five p m"),
        ("∞", "infinity"),
        ("≈ half, a ≈ b", "about half, a about b"),
        (
            "375 °F / 190 °C",
            "three hundred seventy-five degrees Fahrenheit, one hundred ninety degrees Celsius",
        ),
        ("10 reps @ 70 %", "ten reps at seventy percent"),
        ("the 90+4 minute, 4K@60Hz", "the ninety plus four minute, four K at sixty hertz"),
        ("8 cm × 4 cm", "eight centimeters by four centimeters"),
    ],
)
def test_it_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert normalized(written, "en-US")[0] == spoken
