from __future__ import annotations

import pytest

from tests.core.text.splitting.sentences import check, split
from voice_server.core.text.splitting.splitter import Splitter, SplitterOptions


@pytest.mark.parametrize(
    "marked",
    [
        "Let $f(x) = x! + 1. Then$ be.¦ Now \\(a. B\\) is it.¦ \\[ x. Y \\] fine.¦ Next.",
        "设$f(x)=1. X$为函数。¦好。",
        "The area is:\n¦$$\nA = \\pi r^2.\n$$¦\nThat is the area.¦ Good.",
        "We have\n¦\\begin{align}\nx &= 1. \\\\\ny &= 2\n\\end{align}.¦\nThat is it.",
        "We have ¦$$\nx = 1\n$$¦ That is it.¦ Good.",
        "\\[\nx = 1\n\\]¦\nwhere $x$ is it.",
        "$$\n\n$$\nNothing.",
        "It is $5x$. It was $3 + 4 = 7$.¦ So.".replace(". It", ".¦ It"),
    ],
)
def test_no_sentence_ends_inside_a_formula(marked: str) -> None:
    check(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "It costs $5.¦ I paid $6.¦ Then $7.50 more.¦ From $1.5M.¦ To $2B.",
        "It is $20–$30.¦ It was $1,000,000.¦ Now $5 a day.¦ Then US$5.¦ And $6.",
        "Take $5 million.¦ Add $3/mo.¦ That is $8-ish.¦ Pay $9!¦ Get $1?¦ Yes ($2).¦ So.",
        "We pay $3 + tax.¦ They pay $4 + tax.",
        "Set $HOME first.¦ Then `$PATH`.¦ Then `$X`.¦ Then `$$`.¦ Done.",
        "A lone $ is here.¦ Another $ too.",
        "An open $x here\n¦Next.¦ So.",
    ],
)
def test_sums_of_money_variables_and_lone_signs_are_no_formulas(marked: str) -> None:
    check(marked)


@pytest.mark.parametrize(
    "text", ["It is $x = 1. Y$", "Now:\n$$\nx = 1\n$$\nSo it is.", "By $x$. So", "Take \\(a. B\\). So"]
)
def test_a_formula_is_the_same_fed_by_character(text: str) -> None:
    splitter = Splitter(SplitterOptions(language="en"))
    pieces = [piece.text for letter in text for piece in splitter.feed(letter)]
    assert pieces + [piece.text for piece in splitter.finish()] == split(text)


@pytest.mark.parametrize("opener", ["$x", "$$", "\\(", "\\[", "\\begin{align}"])
def test_a_formula_that_never_ends_does_not_hold_the_text(opener: str) -> None:
    splitter = Splitter(SplitterOptions(language="en"))
    pieces = splitter.feed(f"It is {opener} is. " + "Then it goes on. " * 60)
    assert len(pieces) > 20


@pytest.mark.parametrize("text", ["It is $x = 1.", "It is \\(x, y,", "\\[\nx."])
def test_a_pause_does_not_end_a_formula_nor_is_its_mark_announced(text: str) -> None:
    splitter = Splitter()
    splitter.feed(text)
    assert splitter.end_strength == "none"
    assert splitter.provisional is None


def test_a_long_displayed_formula_is_whole_and_a_sentence_is_not_cut_inside_a_formula() -> None:
    formula = "\\begin{align}\n" + "x_1 &= y_2 + z_3, \\\\\n" * 20 + "\\end{align}"
    check(formula + "¦\nThat is it.")
    words = "word " * 56
    splitter = Splitter()
    inline = "$a + b, c + d, e + f$"
    pieces = splitter.feed(words + inline + " and so on.") + splitter.finish()
    assert all(piece.text.count("$") in (0, 2) for piece in pieces)
    assert len(pieces) == 2
    assert "".join(piece.text for piece in pieces).replace(" ", "") == (words + inline + "andsoon.").replace(
        " ", ""
    )


def test_a_formula_without_a_space_before_it_is_not_cut() -> None:
    formula = "$" + "a+" * 70 + "b$"
    splitter = Splitter(SplitterOptions(soft_cap=100, hard_cap=100))
    pieces = splitter.feed("x" * 60 + "(" + formula + ") so.") + splitter.finish()
    assert [piece.text for piece in pieces] == ["x" * 60 + "(", formula, ") so."]
