"""The naive splitter that speed is measured against: a buffer, and a regular expression searched per
token.
"""

from __future__ import annotations

import re

_END = re.compile(r"[.!?]\s")


class Naive:
    """Cuts behind every mark that white space follows."""

    def __init__(self) -> None:
        self._buffer = ""

    def feed(self, text: str) -> list[str]:
        """What ended with this token."""
        self._buffer += text
        pieces = []
        while found := _END.search(self._buffer):
            pieces.append(self._buffer[: found.end() - 1])
            self._buffer = self._buffer[found.end() :]
        return pieces

    def finish(self) -> list[str]:
        """What is left at the end."""
        rest, self._buffer = self._buffer, ""
        return [rest] if rest else []


def make(lang: str | None = None) -> Naive:
    """A naive splitter for one text, in any language."""
    del lang
    return Naive()
