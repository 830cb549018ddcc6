"""Text that has come and has not been decided about, for filters that read a stream of tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from voice_server.core.text.splitting.mark_context import MoreTextNeeded

LONGEST_LINE: Final = 2000
"""A longer line is no row of a table, and a thought of more characters inside a sentence is none."""

Reader = Callable[[str, int, bool], int]
"""Reads on from an offset in a text, which may be final; returns the next one, or raises MoreTextNeeded."""


def undecided(text: str, next_reader: Callable[[], Reader], *, final: bool) -> str:
    """Have `text` read as far as it can be decided about, and return the rest.

    `next_reader` says before each step who reads on: what was read may have changed that.
    """
    at = 0
    try:
        while at < len(text):
            at = next_reader()(text, at, final)
    except MoreTextNeeded:
        pass
    return text[at:] if at else text


def whole_line(text: str, at: int, *, final: bool, most_chars: int = LONGEST_LINE) -> str | None:
    """The line at `at` with its line break; None for a very long one. Raises MoreTextNeeded within it."""
    newline = text.find("\n", at, at + most_chars)
    if newline >= 0:
        return text[at : newline + 1]
    if len(text) - at >= most_chars:
        return None
    if not final:
        raise MoreTextNeeded
    return text[at:]
