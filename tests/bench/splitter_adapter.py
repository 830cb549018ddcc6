"""The splitter as the scorer wants it: `make(lang)` gives an object with feed() and finish() of plain
strings.
"""

from __future__ import annotations

import os

from voice_server.core.text.splitting.splitter import Splitter, SplitterOptions


class Adapter:
    """Strings instead of pieces."""

    def __init__(self, lang: str | None) -> None:
        self._splitter = Splitter(SplitterOptions(language=lang))

    def feed(self, text: str) -> list[str]:
        """The texts of the pieces that became certain."""
        return [piece.text for piece in self._splitter.feed(text)]

    def finish(self) -> list[str]:
        """What is left at the end."""
        return [piece.text for piece in self._splitter.finish()]


def make(lang: str | None = None) -> Adapter:
    """A splitter for one text; SPLITTER_GUESS=1 withholds the language from it."""
    return Adapter(None if os.environ.get("SPLITTER_GUESS") else lang)
