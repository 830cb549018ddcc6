"""From the text that is spoken back to the text that was typed.

Whatever rewrites text on its way to an engine says what it changed as a list of edits; `rewrite` applies them
and keeps the way back. Laws: the way back never leaves the typed text and never goes backwards; a character
that no edit touched maps to itself; every character of a replacement maps to all that it replaced.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voice_server.core.types import Span


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters [start, end) of a text; an empty replacement drops them."""

    start: int
    end: int
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class _Run:
    """Spoken characters from `spoken` up to the next run, and where they came from.

    Verbatim runs map character by character; the others, all to the whole of [start, end).
    """

    spoken: int
    start: int
    end: int
    verbatim: bool


class OffsetMap:
    """Where each character of a spoken text came from in the typed one."""

    __slots__ = ("_runs", "_source_length", "_starts", "length")

    def __init__(self, runs: Sequence[_Run], length: int, source_length: int) -> None:
        self.length = length
        self._source_length = source_length
        self._runs = runs
        self._starts = [run.spoken for run in runs]

    @classmethod
    def identity(cls, length: int) -> OffsetMap:
        """Return the map of a text that was left alone."""
        return cls([_Run(0, 0, length, verbatim=True)] if length else [], length, length)

    def to_source(self, start: int, end: int) -> Span:
        """Return what of the typed text the spoken characters [start, end) stand for.

        Offsets outside the spoken text are taken as its ends: engines' word events are not always exact.
        """
        start = min(max(start, 0), self.length)
        end = min(max(end, start), self.length)
        first = self._character(start)[0]
        return (first, self._character(end - 1)[1]) if end > start else (first, first)

    def then(self, later: OffsetMap) -> OffsetMap:
        """Return the map of a text that was first rewritten with this one and then with `later`."""
        if later._source_length != self.length:
            raise ValueError(f"the first text has {self.length} characters, not {later._source_length}")
        runs: list[_Run] = []
        for run in later._runs:
            if run.verbatim:
                runs.extend(self._slice(run))
            else:
                runs.append(_Run(run.spoken, *self.to_source(run.start, run.end), verbatim=False))
        return OffsetMap(runs, later.length, self._source_length)

    def _character(self, index: int) -> Span:
        if index >= self.length:
            return self._source_length, self._source_length
        run = self._runs[bisect_right(self._starts, index) - 1]
        if not run.verbatim:
            return run.start, run.end
        at = run.start + index - run.spoken
        return at, at + 1

    def _slice(self, outer: _Run) -> Iterable[_Run]:
        """Yield this map's runs that a verbatim run of a later map looks through."""
        index = bisect_right(self._starts, outer.start) - 1
        while index < len(self._runs) and self._starts[index] < outer.end:
            run = self._runs[index]
            inner = max(run.spoken, outer.start)
            spoken = outer.spoken + inner - outer.start
            index += 1
            if not run.verbatim:
                yield _Run(spoken, run.start, run.end, verbatim=False)
                continue
            stop = min(self._starts[index] if index < len(self._runs) else self.length, outer.end)
            start = run.start + inner - run.spoken
            yield _Run(spoken, start, start + stop - inner, verbatim=True)


def rewrite(text: str, edits: Iterable[Edit]) -> tuple[str, OffsetMap]:
    """Apply `edits`, which must be ascending and must not overlap; return the new text and the way back."""
    pieces: list[str] = []
    runs: list[_Run] = []
    done = length = 0
    for edit in edits:
        if not done <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edits must ascend inside the text of {len(text)} characters; {edit} does not")
        for piece, run in (
            (text[done : edit.start], _Run(length, done, edit.start, verbatim=True)),
            (edit.replacement, _Run(length + edit.start - done, edit.start, edit.end, verbatim=False)),
        ):
            if piece:
                pieces.append(piece)
                runs.append(run)
                length += len(piece)
        done = edit.end
    if done < len(text):
        pieces.append(text[done:])
        runs.append(_Run(length, done, len(text), verbatim=True))
    new = "".join(pieces)
    return new, OffsetMap(runs, len(new), len(text))
