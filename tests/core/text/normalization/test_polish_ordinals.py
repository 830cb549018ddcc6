"""Polish ordinals are adjectives with the ending that is asked for."""

from __future__ import annotations

import pytest

from voice_server.core.text.normalization.polish_ordinals import OrdinalEnding, polish_ordinal


@pytest.mark.parametrize(
    ("number", "ending", "spoken"),
    [
        (0, "y", "zerowy"),
        (1, "y", "pierwszy"),
        (2, "y", "drugi"),
        (2, "a", "druga"),
        (2, "ą", "drugą"),
        (2, "ej", "drugiej"),
        (2, "e", "drugie"),
        (3, "ym", "trzecim"),
        (3, "a", "trzecia"),
        (3, "ych", "trzecich"),
        (21, "ego", "dwudziestego pierwszego"),
        (30, "ej", "trzydziestej"),
        (100, "a", "setna"),
        (119, "e", "<100> dziewiętnaste"),
        (1900, "ego", "<1000> dziewięćsetnego"),
        (1999, "ym", "<1900> dziewięćdziesiątym dziewiątym"),
        (2000, "ego", "dwutysięcznego"),
        (2015, "ym", "<2000> piętnastym"),
    ],
)
def test_an_ordinal_has_its_ending_on_each_of_its_words(
    number: int, ending: OrdinalEnding, spoken: str
) -> None:
    assert polish_ordinal(number, ending, lambda whole: f"<{whole}>") == spoken
