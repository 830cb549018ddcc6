"""Small tables are read, large ones are announced, and nobody waits for long to learn which it is."""

from __future__ import annotations

import pytest

from tests.core.text.filtering.filtering import lines_of
from voice_server.core.text.filtering.table_reader import MOST_COLUMNS, MOST_ROWS
from voice_server.core.text.filtering.text_filter import TextFilter

HEAD = "| A | B |\n|---|---|\n"
ROW = "| a | b |\n"
LONG_ROW = "| a | " + "word " * 40 + "|\n"


def columns(text: str, number: int) -> str:
    return "|" + f"{text}|" * number + "\n"


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        (HEAD + ROW * MOST_ROWS, ["a: b."] * MOST_ROWS),
        (HEAD + ROW * (MOST_ROWS + 1), ["A table with 13 rows."]),
        (HEAD + ROW * 40 + "\nEnd.", ["A table with 40 rows.", "End."]),
        (HEAD, []),
        (columns("A", 7) + columns("---", 7) + columns("a", 7), ["A table with one row."]),
        (HEAD + LONG_ROW * 14, ["a: " + " ".join(["word"] * 40) + "."] * MOST_ROWS + ["More rows: 2."]),
        (HEAD + ROW + "|---|---|\n" + ROW, ["a: b."] * 2),
        ("+--+--+\n| A | B |\n+==+==+\n| a | b |\n+--+--+\nEnd", ["a: b.", "End"]),
        ("+--+--+\n| A | B |\n+--+--+\n| a | b |\n| a | b |\n+--+--+\nEnd", ["a: b.", "a: b.", "End"]),
        ("+--+--+\n| a | b |\n| a | b |\n+--+--+\nEnd", ["a, b.", "a, b.", "End"]),
    ],
)
def test_a_small_table_is_read_and_a_large_one_announced(typed: str, lines: list[str]) -> None:
    assert lines_of(typed) == lines_of(typed, size=1) == lines
    assert MOST_COLUMNS == 6


def test_what_has_much_to_say_is_read_before_the_table_ends() -> None:
    text_filter = TextFilter()
    assert text_filter.feed(HEAD + LONG_ROW * 4) == ""
    assert text_filter.feed(LONG_ROW * 2).count("\n") == 6


def test_a_pause_within_a_large_table_lets_nothing_through() -> None:
    text_filter = TextFilter()
    text_filter.feed(HEAD + ROW * 20)
    assert text_filter.paused() == ""
    assert not text_filter.holds_rows
    assert text_filter.finish() == "A table with 20 rows.\n"
