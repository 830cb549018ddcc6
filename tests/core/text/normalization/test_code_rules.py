from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        (
            "12-34 and 555 1234",
            "twelve to thirty-four and five hundred fifty-five twelve thirty-four",
        ),
        ("call 555 1234", "call five five five, one two three four"),
        (
            "Call +1 (555) 123-4567 or 555-1234.",
            (
                "Call plus one, five five five, one two three, four five six seven or five five five, one "
                "two three four."
            ),
        ),
        ("call me on 0171 2345678", "call me on zero one seven one, two three four five six seven eight"),
        (
            "v2.3.1 and version 2.3.1",
            "version two point three point one and version two point three point one",
        ),
        ("v3", "version three"),
        (
            "192.168.1.1",
            "one hundred ninety-two dot one hundred sixty-eight dot one dot one",
        ),
        ("H2O, CO2, C6H12O6, NaCl", "H two O, C O two, C six H twelve O six, NaCl"),
        ("Code X7K-29Q", "Code X seven K, two nine Q"),
        ("COVID-19, F-16, R2-D2", "COVID-nineteen, F-sixteen, R2-D2"),
        (
            "007 and 123456789012",
            "zero zero seven and one two three four five six seven eight nine zero one two",
        ),
        (
            "ISBN 978-3-16-148410-0",
            "ISBN nine seven eight, three, one six, one four eight four one zero, zero",
        ),
        (
            "CVE-2024-12345 and ISO-8859-1",
            "CVE, twenty twenty-four, one two three four five and ISO, eight eight five nine, one",
        ),
        ("00:1A:2B:3C:4D:5E", "zero zero, one A, two B, three C, four D, five E"),
        ("4111 1111 1111 1111", "four one one one, one one one one, one one one one, one one one one"),
        ("MP3 and Q1", "MP three and Q one"),
    ],
)
def test_it_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert normalized(written, "en-US")[0] == spoken
