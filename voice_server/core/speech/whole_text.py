"""A text that is known to its end: which slice of it is pushed next, so that little of it waits at a time.

A slice ends inside a word where it can, so that no pause between two of them looks like an end.
"""

from __future__ import annotations

from typing import Final

_SLICE_CHARS: Final = 4000


class WholeTextFeeder:
    """Cuts one text into slices, of which the last one may be empty.

    At most `most_chars` of it wait at a time: a slice has at most half of that, and 4000 characters, and none
    follows while as much waits for a worker.
    """

    def __init__(self, text: str, most_chars: int) -> None:
        self._text = text
        self._slice_chars = min(_SLICE_CHARS, most_chars // 2)
        self._fed_chars = 0
        self._is_exhausted = False

    @property
    def is_exhausted(self) -> bool:
        """Whether the last slice has been handed out."""
        return self._is_exhausted

    def next_slice(self, buffered_chars: int) -> str | None:
        """The text to push now, given how much still waits; None while that is enough, and after the last."""
        if self._is_exhausted or buffered_chars >= self._slice_chars:
            return None
        start, self._fed_chars = self._fed_chars, self._next_cut()
        self._is_exhausted = self._fed_chars == len(self._text)
        return self._text[start : self._fed_chars]

    def _next_cut(self) -> int:
        latest = self._fed_chars + self._slice_chars
        if latest >= len(self._text):
            return len(self._text)
        for cut in range(latest, latest - self._slice_chars // 2, -1):
            if self._text[cut - 1].isalnum() and self._text[cut].isalnum():
                return cut
        return latest
