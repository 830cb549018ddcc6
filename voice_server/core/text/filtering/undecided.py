"""Text that has come and has not been decided about, for filters that read a stream of tokens."""

from __future__ import annotations

from collections.abc import Callable

from voice_server.core.text.splitting.mark_context import MoreTextNeeded

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
