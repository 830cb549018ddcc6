"""Rows of tables: their cells, what is said of them, and what is no row."""

from __future__ import annotations

import pytest

from voice_server.core.text.filtering.phrases import phrases_for
from voice_server.core.text.filtering.tables import (
    cells_of,
    heads_of,
    is_grid_rule,
    is_row,
    is_rule,
    may_be_grid_rule,
    may_be_rule,
    row_edits,
    spoken_chars,
)
from voice_server.core.text.offsets import rewrite


def said(head: str | None, row: str, language: str = "en") -> str:
    heads = None if head is None else heads_of(head)
    return rewrite(row, row_edits(row, heads, phrases_for(language, "")))[0]


@pytest.mark.parametrize(
    ("head", "row", "sentence"),
    [
        ("| City | Year | Index |", "| Bergen | 2021 | 0.9 |", "Bergen: Year 2021, Index 0.9."),
        ("| City | 2021 | 2022 |", "| Bergen | 0.9 | 1.1 |", "Bergen, 2021: 0.9, 2022: 1.1."),
        ("| Day | Open | Late |", "| Mon | ✅ | ❌ |", "Mon: Open yes, Late no."),
        ("| City | Index |", "| Bergen | 0.9 |", "Bergen: 0.9."),
        ("| Feature | Free |", "| SSO | ✔️ |", "SSO: Free yes."),
        ("| Step | Command |", r"| 1 | `npm i \| tee log` |", "1: `npm i | tee log`."),
        ("| A | **B:** | C |", "| a | | c |", "a: C c."),
        ("| A | B | C |", "| a | – | c |", "a: C c."),
        ("| | B | C |", "| | b | c |", "B b, C c."),
        ("| A | B | C |", "| a? | b. | c! |", "a? B b. C c!"),
        ("| A | B | C |", "| a | b | c | d |", "a: B b, C c, d."),
        ("A | B | C", "a | b", "a: B b."),
        ("| A | B | C |", "| | | |", ""),
        ("| A | B | C |", "| | [x] | [ ] |", "B yes, C no."),
        ("| A | B | C |", "| a | ✅ all | c |", "a: B ✅ all, C c."),
        (None, "| a | b | c |", "a, b, c."),
    ],
)
def test_a_row_is_a_sentence(head: str | None, row: str, sentence: str) -> None:
    assert said(head, row) == sentence


def test_a_sign_is_said_in_the_language_of_the_text() -> None:
    assert said("| Tag | Offen | Spät |", "| Mo | ✓ | ✗ |", "de") == "Mo: Offen ja, Spät nein."


def test_a_bar_behind_a_backslash_is_part_of_the_cell() -> None:
    row = r"| a \| b |  c  |"
    assert [row[start:end] for start, end in cells_of(row)] == [r"a \| b", "c"]
    assert heads_of(row).names == ("a | b", "c")
    assert spoken_chars(row) == 7
    assert cells_of("a") == [(0, 1)]


def test_rules_and_rows_are_told_by_their_signs() -> None:
    assert all(map(is_rule, ["|---|:-:|\n", "---|---", " | - | -\r\n", "|—|—|"]))
    assert not any(map(is_rule, ["---", "| a |", "|", "||", "- item | x"]))
    assert all(map(may_be_rule, ["", "|", "|-", "- "]))
    assert not may_be_rule("|a")
    assert all(map(is_grid_rule, ["+--+\n", "+==+--+", " +-+ "]))
    assert not any(map(is_grid_rule, ["+1", "+", "--", "+ -"]))
    assert all(map(may_be_grid_rule, ["+", " +", "+--"]))
    assert not may_be_grid_rule("+1")
    assert is_row("a | b")
    assert not is_row(r"a \| b")
