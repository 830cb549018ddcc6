"""Word times from espeak-ng's word events.

An event says where a word begins, in the audio and in the text; it ends where the next word or the clause
ends. Rules: marks ascend without overlapping, in the text and in time, and lie inside both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from voice_server.worker.api import WordMark

from .library import Event, EventKind

_REST = re.compile(r"\w+|['’.\-](?=\w)|[\u0300-\u036f]+")


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
                yield from self.finish(event.sample)
            elif event.kind == EventKind.WORD and (span := self._span(event)) is not None:
                yield from self.finish(event.sample, before=span[0])
                self._open = (*span, event.sample)

    def finish(self, sample: float, before: int | None = None) -> Iterator[WordMark]:
        """The word that is open, ended at `sample` and in the text at `before` or earlier."""
        if self._open is None:
            return
        start, end, first_sample = self._open
        self._open = None
        end = self._whole_word(end, len(self._text) if before is None else before)
        self._read_up_to = end
        yield WordMark(
            word=self._text[start:end],
            start_ms=first_sample / self._samples_per_ms,
            end_ms=max(sample, first_sample) / self._samples_per_ms,
            start=start,
            end=end,
        )

    def _span(self, event: Event) -> tuple[int, int] | None:
        """Where the word is in the text, or None where the library points into one it has already begun."""
        start = max(event.position - 1, 0)
        end = min(start + event.length, len(self._text))
        while start < end and self._text[start].isspace():
            start += 1
        while start < end and self._text[end - 1].isspace():
            end -= 1
        begun = self._read_up_to if self._open is None else self._open[1]
        return (start, end) if begun <= start < end else None

    def _whole_word(self, end: int, limit: int) -> int:
        """The end of the word that the library cut short: at an apostrophe, a full stop inside, 31
        characters."""
        while (rest := _REST.match(self._text, end, limit)) is not None:
            end = rest.end()
        return end
