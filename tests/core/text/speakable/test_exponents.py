from __future__ import annotations

import pytest

from voice_server.core.text.speakable.spoken_text import speakable

RAISED_AND_LOWERED = [
    ("There are 10<sup>6</sup> cells.", "There are 10 to the power of 6 cells."),
    (
        "x<sup>2</sup> and x², xⁿ, 10⁻³, 2<sup>n</sup>",
        "x squared and x squared, x to the power of n, 10 to the power of minus 3, 2 to the power of n",
    ),
    ("E = mc² and πr²", "E = m c squared and pi r squared"),
    ("(a + b)² or *x*²", "(a + b) squared or x squared"),
    (
        "x^2 + y^{10}, 10^-3, e^x and O(n^2)",
        "x squared + y to the power of 10, 10 to the power of minus 3, e to the power of x and O(n squared)",
    ),
    ("2²x", "2 squared x"),
    ("about 3e8 or 6.02E-23", "about 3 times 10 to the power of 8 or 6.02 times 10 to the power of minus 23"),
    ("0x3e8, 3e8a and a3e8", "0x3e8, 3e8a and a3e8"),
    # chemistry
    ("H<sub>2</sub>O, CO₂, C₆H₁₂O₆", "H 2 O, C O 2, C 6 H 12 O 6"),
    ("Na⁺, Ca²⁺ and SO₄²⁻", "Na plus, Ca 2 plus and S O 4 2 minus"),
    ("x<sub>max</sub> is a_1 or x_i", "x max is a 1 or x i"),
    # endings and notes
    ("the 1<sup>st</sup>, le 2<sup>e</sup> and Acme<sup>TM</sup>", "the 1st, le 2e and AcmeTM"),
    ("so it is<sup>3</sup> here.<sup>4</sup> Yes", "so it is here. Yes"),
    ("as noted.² And word³ too", "as noted. And word too"),
    ("<sup>3</sup> See there, ² too", "3 See there, ² too"),
    # units are said by others
    ("5 m² and 3 m/s² and pro m^2 and 2 km<sup>2</sup>", "5 m² and 3 m/s² and pro m² and 2 km²"),
    # roots
    ("√2 and ∛8 and √(x+1)", "the square root of 2 and the cube root of 8 and the square root of x+1"),
    # no exponents
    ("press ^C, word^2, ab^cd and snake_case a_b_c", "press ^C, word^2, ab^cd and snake_case a_b_c"),
]


@pytest.mark.parametrize(("typed", "spoken"), RAISED_AND_LOWERED)
def test_what_is_raised_or_lowered_is_said_or_left_out(typed: str, spoken: str) -> None:
    assert speakable(typed).text == spoken


def test_a_power_is_said_in_the_language_of_the_text() -> None:
    assert speakable("10² und x<sup>3</sup>", language="de").text == "10 Quadrat und x hoch drei"
