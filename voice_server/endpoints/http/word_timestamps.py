"""Word times as JSON: seconds, what stands between the words, and where each stands in the text as typed."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator

import msgspec

from voice_server.core.types import TimesSource, WordMark
from voice_server.endpoints.http.responses import TimedWords


class SpokenWord(msgspec.Struct, kw_only=True):
    """A word: times in seconds from the first sample, `chars` its place [from, to) in the text as typed."""

    word: str
    start_time: float
    end_time: float
    phonemes: str
    whitespace: str
    chars: tuple[int, int]


_AFTER_WORD = re.compile(r"[^\w\s]*(\s*)")
_TRUSTED: tuple[TimesSource, ...] = ("estimate", "engine", "model")


class WordColumns:
    """The words of a long text with their times; iterate over it for word marks.

    Column by column, because a garbage collection takes 30 ms for a hundred thousand objects.
    """

    def __init__(self) -> None:
        self._words: list[str] = []
        self._phonemes: list[str] = []
        self._times_ms = array("d")  # of each word start and end …
        self._places = array("q")  # … and its first character, and the one behind it
        self._sources: set[TimesSource] = set()

    def add(self, timed: TimedWords) -> None:
        """Add words behind all others."""
        self._sources.add(timed.source)
        for mark in timed.marks:
            self._words.append(mark.word)
            self._phonemes.append(mark.phonemes)
            self._times_ms.extend((mark.start_ms, mark.end_ms))
            self._places.extend((mark.start, mark.end))

    def __iter__(self) -> Iterator[WordMark]:
        for number, (word, phonemes) in enumerate(zip(self._words, self._phonemes, strict=True)):
            start_ms, end_ms = self._times_ms[2 * number : 2 * number + 2]
            start, end = self._places[2 * number : 2 * number + 2]
            yield WordMark(word, start_ms, end_ms, start, end, phonemes)

    @property
    def source(self) -> TimesSource:
        """The least exact of the places that the times come from."""
        return next((each for each in _TRUSTED if each in self._sources), "estimate")


def spoken_words(text: str, marks: Iterable[WordMark]) -> Iterator[SpokenWord]:
    """Yield the words of a text, given their marks with offsets into it."""
    return (_word_of(text, mark) for mark in marks)


def _word_of(text: str, mark: WordMark) -> SpokenWord:
    after = _AFTER_WORD.match(text, mark.end)
    return SpokenWord(
        word=mark.word,
        start_time=round(mark.start_ms / 1000, 3),
        end_time=round(mark.end_ms / 1000, 3),
        phonemes=mark.phonemes,
        whitespace=after.group(1) if after else "",
        chars=(mark.start, mark.end),
    )
