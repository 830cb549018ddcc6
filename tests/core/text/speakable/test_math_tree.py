from __future__ import annotations

import pytest

from voice_server.core.text.speakable.math_tree import MAX_TEX_CHARS, NotReadable, Term, parse_tex


def _letter(text: str) -> Term:
    return Term("letter", text)


def test_what_stands_in_brackets_is_one_term() -> None:
    assert parse_tex("(x)") == (Term("fence", "()", ((_letter("x"),),)),)


def test_bars_are_paired_and_a_single_one_in_brackets_is_a_sign() -> None:
    assert parse_tex("|x|") == (Term("fence", "||", ((_letter("x"),),)),)
    given = (_letter("A"), Term("sign", "|"), _letter("B"))
    assert parse_tex("P(A|B)") == (_letter("P"), Term("fence", "()", (given,)))
    assert parse_tex(r"P(A \mid B)") == parse_tex("P(A|B)")


def test_a_bracket_that_is_raised_takes_its_partner_along() -> None:
    (script,) = parse_tex("(x)^2")
    assert script.parts[0] == parse_tex("(x)")


def test_brackets_and_bars_without_partner_end_nothing() -> None:
    assert parse_tex("x)") == (_letter("x"),)
    assert parse_tex("(x") == (_letter("x"),)
    assert parse_tex("a|b") == (_letter("a"), Term("sign", "|"), _letter("b"))
    assert parse_tex("(a|b") == (_letter("a"), Term("sign", "|"), _letter("b"))


@pytest.mark.parametrize(
    ("tex", "same"),
    [
        (r"\mathbf{v} + \mathbb{R}", "v + R"),
        (r"\text{if $x$}", r"\text{if}x"),
        (r"x \tag{1} \label{eq}", "x"),
        (r"\begin{equation}x\end{equation}", "x"),
        (r"\begin{aligned}a &= b\end{aligned}", r"\begin{align*}a &= b\end{align*}"),
        (r"\underbrace{a}_{n}", "a"),
        (r"\overbrace{a}", "a"),
        (r"\overset{!}{=}", "="),
        (r"1{,}000", "1000"),
        (r"10,000", "10000"),
        (r"3{,}14", "3.14"),
        (r"\ce{2H2O}", "2H_2O"),
        (r"\ce{A <=> B}", r"A \to B"),
        (r"a \\ b", "a ; b"),
        (r"\phantom{a}b", "b"),
        (r"\widehat{x}", r"\hat{x}"),
    ],
)
def test_two_ways_to_write_it_are_one_tree(tex: str, same: str) -> None:
    ours, others = parse_tex(tex), parse_tex(same)
    assert [(term.kind, len(term.parts)) for term in ours] == [
        (term.kind, len(term.parts)) for term in others
    ]


def test_letters_of_a_name_stay_together() -> None:
    assert parse_tex(r"\mathrm{kg}") == (Term("text", "kg"),)
    assert parse_tex(r"\text{ }x") == (_letter("x"),)


def test_a_table_has_its_cells_row_by_row() -> None:
    (fence,) = parse_tex(r"\begin{pmatrix}a & b \\ c\end{pmatrix}")
    (table,) = fence.parts[0]
    assert (table.text, len(table.parts)) == ("2", 4)


@pytest.mark.parametrize("broken", [r"\frac{a", "x^{", r"\frac", r"\left( x", r"\nosuch{x}", "{", "a^2^3"])
def test_broken_tex_is_not_readable(broken: str) -> None:
    with pytest.raises(NotReadable):
        parse_tex(broken)


def test_long_or_deep_formulas_are_not_readable() -> None:
    with pytest.raises(NotReadable):
        parse_tex("x+" * MAX_TEX_CHARS)
    with pytest.raises(NotReadable):
        parse_tex("{" * 990)
