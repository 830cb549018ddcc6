"""When each character of a text is heard.

Engines time words. The characters of a word share its time evenly, and what stands between two words (blanks,
marks, markup) shares the time between them; where that is long, as code is, a blank stands for it. Times are
in ms from the first sample of the whole answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from voice_server.core.subtitles import written_words
from voice_server.core.types import WordMark

_BEHIND_WORD = re.compile(r"[^\w\s]*\s*")
_MOST_BETWEEN_CHARS = 500


class TimedCharacter(NamedTuple):
    """A character, white space as a blank: clients part words at blanks alone."""

    character: str
    start_ms: float
    end_ms: float


class CharacterTimes:
    """The characters of a text whose words come one sentence after the other."""

    def __init__(self) -> None:
        self._at = 0
        self._at_ms = 0.0

    def typed_and_spoken(
        self, text: str, marks: Iterable[WordMark]
    ) -> tuple[list[TimedCharacter], list[TimedCharacter]]:
        """The characters up to the last of more words, and the marks behind it: as typed, and as said.

        `text` is all that was typed so far. What is said has other words where the text was normalized; where
        it was not, both are the same list.
        """
        said = list(marks)
        if not said:
            return [], []
        written = list(written_words(said, text))
        typed = list(_characters(text, written, self._at, self._at_ms))
        is_normalized = [mark.word for mark in said] != [mark.word for mark in written]
        spoken = list(_characters(text, said, self._at, self._at_ms)) if is_normalized else typed
        self._at = max(self._at, *(mark.end for mark in said))
        self._at_ms = typed[-1].end_ms
        behind = _BEHIND_WORD.match(text, self._at, self._at + _MOST_BETWEEN_CHARS)
        if behind is not None:
            self._at = behind.end()
            more = list(_spread(behind[0], self._at_ms, self._at_ms))
            typed += more
            if is_normalized:
                spoken += more
        return typed, spoken

    def rest(self, text: str) -> list[TimedCharacter]:
        """The characters behind the last word."""
        return list(_spread(_between(text, self._at, len(text)), self._at_ms, self._at_ms))


def characters_of(text: str, marks: Iterable[WordMark]) -> Iterator[TimedCharacter]:
    """Yield every character of a whole text, as it is typed or said: what `marks` have as words."""
    return _characters(text, marks, 0, 0.0, to_end=True)


def _characters(
    text: str, marks: Iterable[WordMark], at: int, at_ms: float, *, to_end: bool = False
) -> Iterator[TimedCharacter]:
    is_first = True
    for mark in marks:
        start_ms = max(at_ms, mark.start_ms)
        end_ms = max(start_ms, mark.end_ms)
        # Normalization makes several words of one: those have the same place in the text.
        between = _between(text, at, mark.start) if mark.start >= at else "" if is_first else " "
        yield from _spread(between, at_ms, start_ms)
        yield from _spread(mark.word, start_ms, end_ms)
        at, at_ms, is_first = max(at, mark.end), end_ms, False
    if to_end:
        yield from _spread(_between(text, at, len(text)), at_ms, at_ms)


def _between(text: str, start: int, end: int) -> str:
    """What stands between two words."""
    return text[start:end] if end - start <= _MOST_BETWEEN_CHARS else " "


def _spread(text: str, start_ms: float, end_ms: float) -> Iterator[TimedCharacter]:
    """Characters that share a time evenly."""
    step = (end_ms - start_ms) / max(1, len(text))
    for number, character in enumerate(text):
        shown = " " if character.isspace() else character
        yield TimedCharacter(shown, start_ms + number * step, start_ms + (number + 1) * step)
