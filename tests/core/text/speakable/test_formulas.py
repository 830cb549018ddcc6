from __future__ import annotations

import pytest

from voice_server.core.text.speakable.spoken_text import speakable

FORMULAS = [
    (
        "The slope is $m = \\frac{y_2 - y_1}{x_2 - x_1}$.",
        "The slope is m equals y 2 minus y 1, over x 2 minus x 1.",
    ),
    ("By Pythagoras, \\(a^2 + b^2 = c^2\\).", "By Pythagoras, a squared plus b squared equals c squared."),
    ("$$\n\\int_0^{\\pi} \\sin x \\, dx = 2\n$$", "the integral from 0 to pi of sine of x d x equals 2"),
    ("Hence \\[ E = mc^2. \\]", "Hence E equals m c squared."),
    ("\\begin{align} a &= b \\\\ c &= d \\end{align}", "a equals b; c equals d"),
    ("The $n$th term and $k$-means with $x$.", "The nth term and k-means with x."),
    ("Let $AB$ be $5$ and $x y$.", "Let A B be 5 and x y."),
    ("$speed = distance / time$", "s p e e d equals d i s t a n c e over t i m e"),
    ("with $`a+b`$ too", "with a plus b too"),
    ("设$x$是实数。", "设 x 是实数。"),
    ("See $\\nosuch{x}$ there.", "See a formula there."),
    # cut apart by the splitter, or broken
    ("$$\nx^2 = 4", "x squared equals 4"),
    ("$$\nThat is it.", "That is it."),
    ("\\[ x^2 = 4", "x squared equals 4"),
    ("= 4 \\] and on", "= 4 and on"),
    ("so $$ it is", "so it is"),
    ("so \\( \\) is", "so ( ) is"),
]

NOT_FORMULAS = [
    "$5 and $10",
    "It costs $3-$4 today.",
    "Between $5 and 10$ it is.",
    "It costs 5$ or 6$.",
    "$5 per kg (or 10$)",
    "US$5 vs A$6, echo $HOME and $PATH and $HOME/$USER.",
    "Cost: $1,000 (about $900).",
    "价格是$5和$10。",
    "$x and y$",
    "$some words here$",
    "$five + six$abc",
    "$ 5 $",
]


@pytest.mark.parametrize(("typed", "spoken"), FORMULAS)
def test_formulas_are_said(typed: str, spoken: str) -> None:
    assert speakable(typed).text == spoken


@pytest.mark.parametrize("typed", NOT_FORMULAS)
def test_money_and_prose_are_no_formulas(typed: str) -> None:
    assert speakable(typed).text == typed


def test_escaped_brackets_round_words_are_brackets() -> None:
    assert speakable(r"\[not a link\] and \(optional\)").text == "[not a link] and (optional)"


def test_every_word_of_a_formula_stands_where_the_formula_does() -> None:
    typed = "So $a^2$ it is."
    spoken = speakable(typed)
    start = spoken.text.index("squared")
    assert spoken.offsets.to_source(start, start + 7) == (3, 8)
    assert spoken.offsets.to_source(spoken.text.index("it"), spoken.text.index("it") + 2) == (9, 11)


def test_a_formula_is_said_in_the_language_of_the_text() -> None:
    assert speakable("Es gilt $a = b$.", language="de-AT").text == "Es gilt a gleich b."
