"""Maps offsets in the text that is spoken to offsets in the text that was typed.

Code that rewrites text for an engine lists its changes as edits; `rewrite` applies them and makes the map.
Laws: mapped offsets are inside the typed text and never decrease; a character that no edit touched maps to
itself; every character of a replacement maps to all that it replaced.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from voice_server.core.types import Span


class Edit(NamedTuple):
    """A replacement for the characters [start, end) of a text; an empty one drops them.

    (A named tuple, as a run is: both are made for every change, and a dataclass takes three times as long.)
    """

    start: int
    end: int
    replacement: str = ""


class _OffsetRun(NamedTuple):
    """The characters from offset `spoken` of the spoken text up to the next run, and where they came from.

    A verbatim run maps character by character; in another one, every character maps to all of [start, end).
    """

    spoken: int
    start: int
    end: int
    is_verbatim: bool


class OffsetMap:
    """Where in the typed text each character of a spoken text, which has `length` characters, came from."""

    __slots__ = ("_runs", "_source_length", "_starts", "length")

    def __init__(self, runs: Sequence[_OffsetRun], length: int, source_length: int) -> None:
        self.length = length
        self._source_length = source_length
        self._runs = runs
        self._starts = [run.spoken for run in runs]

    @staticmethod
    def identity(length: int) -> OffsetMap:
        """Return the map of a text that was not changed."""
        return _identity(length)

    def to_source(self, start: int, end: int) -> Span:
        """Return the span of the typed text that the spoken characters [start, end) came from.

        Offsets outside the spoken text are moved to its ends, because engines' word events are not always
        exact.
        """
        start = min(max(start, 0), self.length)
        end = min(max(end, start), self.length)
        first = self._character(start)[0]
        return (first, self._character(end - 1)[1]) if end > start else (first, first)

    def edits(self, spoken: str) -> Iterator[Edit]:
        """Yield the edits that made `spoken`, whose map this is, of the typed text."""
        done = 0
        for run, until in zip(self._runs, [*self._starts, self.length][1:], strict=True):
            if run.start > done:
                yield Edit(done, run.start)
            if run.is_verbatim:
                done = run.start + until - run.spoken
            else:
                yield Edit(run.start, run.end, spoken[run.spoken : until])
                done = run.end
        if done < self._source_length:
            yield Edit(done, self._source_length)

    def then(self, later: OffsetMap) -> OffsetMap:
        """Return the map of a text that was rewritten twice: first as in this map, then as in `later`."""
        if later._source_length != self.length:
            raise ValueError(f"the first text has {self.length} characters, not {later._source_length}")
        if later is _identity(self.length):
            return self
        if self is _identity(self.length):
            return later
        runs: list[_OffsetRun] = []
        for run in later._runs:
            if run.is_verbatim:
                runs.extend(self._slice(run))
            else:
                runs.append(_OffsetRun(run.spoken, *self.to_source(run.start, run.end), is_verbatim=False))
        return OffsetMap(runs, later.length, self._source_length)

    def part(self, start: int, end: int, source: Span) -> OffsetMap:
        """Return the map of the spoken characters [start, end) to the part `source` of the typed text."""
        first, last = source
        if start == end:
            return OffsetMap([], 0, last - first)
        runs = [
            _OffsetRun(
                run.spoken,
                min(max(run.start, first), last) - first,
                min(max(run.end, first), last) - first,
                run.is_verbatim,
            )
            for run in self._slice(_OffsetRun(0, start, end, is_verbatim=True))
        ]
        return OffsetMap(runs, end - start, last - first)

    def _character(self, index: int) -> Span:
        if index >= self.length:
            return self._source_length, self._source_length
        run = self._runs[bisect_right(self._starts, index) - 1]
        if not run.is_verbatim:
            return run.start, run.end
        at = run.start + index - run.spoken
        return at, at + 1

    def _slice(self, outer: _OffsetRun) -> Iterable[_OffsetRun]:
        """Yield the parts of this map's runs that a verbatim run of a later map covers."""
        index = bisect_right(self._starts, outer.start) - 1
        while index < len(self._runs) and self._starts[index] < outer.end:
            run = self._runs[index]
            inner = max(run.spoken, outer.start)
            spoken = outer.spoken + inner - outer.start
            index += 1
            if not run.is_verbatim:
                yield _OffsetRun(spoken, run.start, run.end, is_verbatim=False)
                continue
            stop = min(self._starts[index] if index < len(self._runs) else self.length, outer.end)
            start = run.start + inner - run.spoken
            yield _OffsetRun(spoken, start, start + stop - inner, is_verbatim=True)


@lru_cache(maxsize=1024)
def _identity(length: int) -> OffsetMap:
    """The map of a text of this length that was not changed; most sentences need no other."""
    return OffsetMap([_OffsetRun(0, 0, length, is_verbatim=True)] if length else [], length, length)


def rewrite(text: str, edits: Iterable[Edit]) -> tuple[str, OffsetMap]:
    """Apply `edits` and return the new text and its map to `text`.

    Edits that do not ascend, that overlap or that leave the text are a ValueError.
    """
    pieces: list[str] = []
    runs: list[_OffsetRun] = []
    done = length = 0
    for edit in edits:
        if not done <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edits must ascend inside the text of {len(text)} characters; {edit} does not")
        for piece, run in (
            (text[done : edit.start], _OffsetRun(length, done, edit.start, is_verbatim=True)),
            (
                edit.replacement,
                _OffsetRun(length + edit.start - done, edit.start, edit.end, is_verbatim=False),
            ),
        ):
            if piece:
                pieces.append(piece)
                runs.append(run)
                length += len(piece)
        done = edit.end
    if not pieces and not done:
        return text, OffsetMap.identity(len(text))
    if done < len(text):
        pieces.append(text[done:])
        runs.append(_OffsetRun(length, done, len(text), is_verbatim=True))
    new = "".join(pieces)
    return new, OffsetMap(runs, len(new), len(text))
