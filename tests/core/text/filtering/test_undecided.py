"""Readers take turns at a text, and what none of them can decide about is left."""

from __future__ import annotations

import pytest

from voice_server.core.text.filtering.undecided import LONGEST_LINE, Reader, undecided, whole_line
from voice_server.core.text.splitting.mark_context import MoreTextNeeded


class _PairReader:
    """Takes two characters at a time, or a single last one of a text that is final."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def read(self, text: str, at: int, final: bool) -> int:
        if at + 2 > len(text) and not final:
            raise MoreTextNeeded
        self.taken.append(text[at : at + 2])
        return min(at + 2, len(text))

    def stop(self, text: str, at: int, final: bool) -> int:
        raise MoreTextNeeded


def test_what_cannot_be_decided_is_left_until_the_text_is_final() -> None:
    reader = _PairReader()
    assert undecided("abcde", lambda: reader.read, final=False) == "e"
    assert undecided("e", lambda: reader.read, final=False) == "e"
    assert undecided("e", lambda: reader.read, final=True) == ""
    assert reader.taken == ["ab", "cd", "e"]


def test_each_step_is_that_of_whoever_reads_then() -> None:
    reader = _PairReader()

    def next_reader() -> Reader:
        return reader.stop if reader.taken else reader.read

    assert undecided("abcd", next_reader, final=True) == "cd"


def test_a_line_is_whole_with_its_break_or_at_the_end_of_the_text() -> None:
    assert whole_line("one\ntwo", 0, final=False) == "one\n"
    assert whole_line("one\ntwo", 4, final=True) == "two"
    assert whole_line("x" * LONGEST_LINE, 0, final=False) is None
    with pytest.raises(MoreTextNeeded):
        whole_line("one\ntwo", 4, final=False)
