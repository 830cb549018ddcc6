"""Word times from espeak-ng's word events.

An event says where a word begins, in the audio and in the text. It ends where the next word or the clause
ends, and shares that time with words that have no event: the library says "of the" or "I am" as one. Rules:
marks ascend without overlapping, in the text and in time, and lie inside both; every word has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from voice_server.worker.api import WordMark, share_time, word_spans

from .library import Event, EventKind

_SILENT = re.compile(r"""[\s"'‘’“”„‚«»‹›()\[\]{}¿¡,;:.!?…–—-]*+""")
"""Marks at which the library lets a word begin that stands behind them."""


class WordTimes:
    """Turns the events of one text into marks; `samples_per_ms` is of the audio that the listener gets."""

    def __init__(self, text: str, samples_per_ms: float) -> None:
        self._text = text
        self._samples_per_ms = samples_per_ms
        self._open: tuple[int, int, int] | None = None  # start, end, sample
        self._read_up_to = 0

    def take(self, events: Iterable[Event]) -> Iterator[WordMark]:
        """The words that these events complete."""
        for event in events:
            if event.kind == EventKind.END:
                yield from self.finish(event.sample, until=event.position - 1)
            elif event.kind == EventKind.WORD and (span := self._span(event)) is not None:
                yield from self.finish(event.sample, until=span[0])
                self._open = (*span, event.sample)

    def finish(self, sample: float, until: int | None = None) -> Iterator[WordMark]:
        """The word that is open, and those behind it, ended at `sample` and in the text before `until`."""
        if self._open is None:
            return
        start, end, first_sample = self._open
        self._open = None
        limit = len(self._text) if until is None else max(until, end)
        words = word_spans(self._text, start, limit)
        if not words or words[0][0] != start:  # a sign that is read out, such as "%"
            words = [(start, end), *word_spans(self._text, end, limit)]
        self._read_up_to = words[-1][1]
        first_ms = first_sample / self._samples_per_ms
        yield from share_time(self._text, words, first_ms, max(sample / self._samples_per_ms, first_ms))

    def _span(self, event: Event) -> tuple[int, int] | None:
        """Where the word is in the text, or None where the library points into one it has already begun."""
        start = max(event.position - 1, 0)
        end = min(start + event.length, len(self._text))
        begun = self._read_up_to if self._open is None else self._open[1]
        if start < begun:
            return None
        if silent := _SILENT.match(self._text, start):
            start = silent.end()
        if start >= end:  # the library points at a mark before the word, or gives the word no length
            end = next((end for _, end in word_spans(self._text, start, len(self._text))[:1]), start)
        while start < end and self._text[end - 1].isspace():
            end -= 1
        return (start, end) if start < end else None
