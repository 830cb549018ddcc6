"""A block reads its lines by itself and says where it is over."""

from __future__ import annotations

import pytest

from voice_server.core.text.filtering.blocks import (
    Block,
    FencedCode,
    IndentedCode,
    SourceEntries,
    TableRows,
)
from voice_server.core.text.filtering.code_blocks import fence_at
from voice_server.core.text.filtering.filtered_text import FilteredText
from voice_server.core.text.filtering.phrases import phrases_for
from voice_server.core.text.filtering.table_reader import TableReader
from voice_server.core.text.filtering.tables import heads_of
from voice_server.core.text.splitting.mark_context import MoreTextNeeded


def read(block: Block, text: str, *, final: bool = True) -> str:
    """Have a block read as far as it goes; return what is left behind it."""
    at = 0
    while at < len(text) and not block.is_over:
        at = block.read(text, at, final)
    return text[at:]


def fenced(out: FilteredText, *, is_read: bool) -> FencedCode:
    fence = fence_at("```py\n", 0, begins_line=True, final=True)
    assert fence is not None
    return FencedCode(out, fence, is_read=is_read)


def table(out: FilteredText) -> TableRows:
    return TableRows(TableReader(out, phrases_for("en", ""), heads_of("| A | B |")), is_piped=True)


@pytest.mark.parametrize(("is_read", "said"), [(True, "a = 1\n```\n"), (False, "")])
def test_fenced_code_goes_on_to_the_fence_that_closes_it(is_read: bool, said: str) -> None:
    out = FilteredText()
    block = fenced(out, is_read=is_read)
    assert read(block, "a = 1\n```\nText.") == "Text."
    assert (block.is_over, out.take()) == (True, said)


def test_half_a_fence_waits_for_the_rest_of_its_line() -> None:
    with pytest.raises(MoreTextNeeded):
        read(fenced(FilteredText(), is_read=False), "``", final=False)


def test_indented_code_goes_on_to_the_first_line_that_is_indented_less() -> None:
    out = FilteredText()
    block = IndentedCode(out, 4)
    assert read(block, "\n    b = 2\nText.") == "Text."
    assert (block.is_over, out.take()) == (True, "\n\n")
    with pytest.raises(MoreTextNeeded):
        read(IndentedCode(out, 4), "\n  ", final=False)


def test_entries_of_sources_are_left_out_up_to_what_is_none() -> None:
    out = FilteredText()
    block = SourceEntries(out, "1. https://a.example\n")
    assert read(block, "1. https://a.example\n\n2. https://b.example\nThis is text again.") == (
        "This is text again."
    )
    assert (block.is_over, out.take()) == (True, "")


def test_rows_of_a_table_are_read_up_to_another_line() -> None:
    out = FilteredText()
    block = table(out)
    assert read(block, "| a | b |\n|---|---|\nText.") == "Text."
    assert (block.is_over, out.take().split()) == (True, ["a:", "b."])
    with pytest.raises(MoreTextNeeded):
        read(table(out), " ", final=False)
