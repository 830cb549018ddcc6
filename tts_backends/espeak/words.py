"""Word times from espeak-ng's word events.

An event says where a word begins, in the audio and in the text. It ends where the next word or the clause
ends, and shares that time with words that have no event: the library says "of the" or "I am" as one. Rules:
marks ascend without overlapping, in the text and in time, and lie inside both; every word has one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from voice_server.worker.api import WordMark, phoneme_places, share_time, word_spans

from .library import Event, EventKind

Span = tuple[int, int]

_SILENT = re.compile(r"""[\s"'‘’“”„‚«»‹›()\[\]{}¿¡,;:.!?…–—-]*+""")
"""Marks at which the library lets a word begin that stands behind them."""


class WordTimes:
    """Turns the events of one text into marks; `samples_per_ms` is of the audio that the listener gets."""

    def __init__(self, text: str, samples_per_ms: float) -> None:
        self._text = text
        self._samples_per_ms = samples_per_ms
        self._words = word_spans(text, 0, len(text))
        self._notations = phoneme_places(text)
        self._next_word = 0  # none before it may begin any more
        self._begun_to = 0  # the end of the last word or sign that has begun
        self._open: tuple[Span, int] | None = None  # a word or a sign, and its sample

    def take(self, events: Iterable[Event]) -> Iterator[WordMark]:
        """The words that these events complete."""
        for event in events:
            if event.kind == EventKind.END:
                yield from self.finish(event.sample, until=event.position)
            elif event.kind == EventKind.WORD and (span := self._span(event)) is not None:
                yield from self.finish(event.sample, until=span[0])
                self._open = (span, event.sample)
                self._begun_to = span[1]
                self._next_word = bisect_right(self._words, span)

    def finish(self, sample: float, until: int | None = None) -> Iterator[WordMark]:
        """The word that is open, ended at `sample`, and those without an event that begin before `until`."""
        if self._open is None:
            return
        span, first_sample = self._open
        self._open = None
        words = [span]
        while self._next_word < len(self._words) and (
            until is None or self._words[self._next_word][0] < until
        ):
            words.append(self._words[self._next_word])
            self._next_word += 1
        self._begun_to = words[-1][1]
        first_ms = first_sample / self._samples_per_ms
        yield from share_time(self._text, words, first_ms, max(sample / self._samples_per_ms, first_ms))

    def _span(self, event: Event) -> Span | None:
        """The word or sign that begins, or None where the library points into one that has begun."""
        start = max(event.position - 1, 0)
        end = min(start + event.length, len(self._text))
        for first, until in self._notations:
            if first <= start < until:  # wherever the library points in it, the word is the first in it
                start, end = first + 1, first + 2
        if start < self._begun_to:
            return None
        if silent := _SILENT.match(self._text, start):
            start = silent.end()
        at = bisect_right(self._words, (start, len(self._text))) - 1
        if at >= 0 and start < self._words[at][1]:
            return self._words[at] if start == self._words[at][0] else None
        if start >= end:  # the library points at a mark before the word, or gives the word no length
            return self._words[at + 1] if at + 1 < len(self._words) else None
        if at + 1 < len(self._words):
            end = min(end, self._words[at + 1][0])
        while start < end and self._text[end - 1].isspace():
            end -= 1
        return (start, end) if start < end else None
