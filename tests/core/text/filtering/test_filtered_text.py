"""Offsets in what was let through lead back to what was typed, whatever was left out or put in its place."""

from __future__ import annotations

import pytest

from voice_server.core.text.filtering.filtered_text import FilteredText
from voice_server.core.text.offsets import Edit, rewrite
from voice_server.core.types import Span

TYPED = "One <x> two CODE end"
FILTERED = "One  two (code omitted) end"


def text() -> FilteredText:
    filtered = FilteredText()
    filtered.keep("One ")
    filtered.drop(3)
    filtered.keep(" two ")
    filtered.replace("(code omitted)", 4)
    filtered.keep(" e")
    filtered.keep("nd")
    return filtered


def test_what_is_let_through_is_taken_once() -> None:
    filtered = text()
    assert filtered.take() == FILTERED
    assert filtered.take() == ""
    assert filtered.tail == FILTERED


@pytest.mark.parametrize(
    ("piece", "span"),
    [
        ("One", (0, 3)),
        ("One  two", (0, 11)),
        ("(code omitted)", (12, 16)),
        ("(code", (12, 16)),
        ("omitted) end", (16, 20)),
        (FILTERED, (0, 20)),
    ],
)
def test_a_span_leads_back_to_what_was_typed(piece: str, span: Span) -> None:
    start = FILTERED.index(piece)
    filtered = text()
    assert filtered.typed_span(start, start + len(piece)) == span
    assert rewrite(TYPED[slice(*span)], filtered.edits(start, piece))[0] == piece


def test_what_begins_inside_a_replacement_begins_behind_what_was_replaced() -> None:
    start = FILTERED.index("omitted)")
    assert text().edits(start, "omitted) end") == [Edit(0, 0, "omitted)")]


def test_nothing_in_place_of_something_is_left_out() -> None:
    filtered = FilteredText()
    filtered.replace("", 3)
    filtered.keep("")
    filtered.keep("a")
    assert filtered.typed_span(0, 1) == (3, 4)


def test_the_tail_is_what_was_let_through_last() -> None:
    filtered = FilteredText()
    for number in range(1000):
        filtered.keep(f"{number:04} ")
    assert filtered.tail == "".join(f"{number:04} " for number in range(800, 1000))


def test_a_word_ends_where_white_space_or_nothing_is() -> None:
    filtered = FilteredText()
    assert not filtered.ends_in_word
    filtered.keep("a")
    assert filtered.ends_in_word
    filtered.keep(" ")
    assert not filtered.ends_in_word
