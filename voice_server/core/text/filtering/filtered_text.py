"""What the filter lets through, and where in the text as typed each character of it came from.

Laws: what was typed is accounted for in order, as kept, replaced or dropped; spans of the typed text never
overlap where those of the filtered text do not.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from voice_server.core.text.directives import Directive, Style
from voice_server.core.text.offsets import Edit
from voice_server.core.types import Span, SpeechWarning

_TAIL_CHARS = 1000
_MOST_RECENT_CHARS = 2 * _TAIL_CHARS


@dataclass(slots=True)
class _Run:
    """The filtered characters from `start` on, which were typed at [source, source_end)."""

    start: int
    source: int
    source_end: int
    is_verbatim: bool


class FilteredText:
    """A text that grows; offsets in it lead back to what was typed."""

    def __init__(self) -> None:
        self._recent = ""
        self._length = 0
        self._typed = 0
        """How much of the text as typed is accounted for."""
        self._new: list[str] = []
        self._runs: list[_Run] = []
        self._starts: list[int] = []
        self._directives: list[Directive] = []
        self.warnings: list[SpeechWarning] = []
        """What of the text could not be taken as it was typed, until somebody takes it."""

    @property
    def ends_in_word(self) -> bool:
        """Whether something stands right before what comes next."""
        return self._recent != "" and not self._recent[-1].isspace()

    @property
    def tail(self) -> str:
        """What was let through last, at most a thousand characters."""
        return self._recent[-_TAIL_CHARS:]

    def take(self) -> str:
        """What has been let through since the last call."""
        new = "".join(self._new)
        self._new.clear()
        return new

    def pass_on(self, text: str) -> str:
        """`keep` text and `take` it with what was let through before: what is done of most tokens."""
        last = self._runs[-1] if self._runs else None
        if self._new or last is None or not last.is_verbatim or last.source_end != self._typed:
            self.keep(text)
            return self.take()
        self._typed = last.source_end = self._typed + len(text)
        self._length += len(text)
        self._remember(text)
        return text

    @property
    def has_directives(self) -> bool:
        """Whether `take_directives` has some."""
        return bool(self._directives)

    def take_directives(self) -> list[Directive]:
        """What changes in the text that has been let through since the last call."""
        directives, self._directives = self._directives, []
        return directives

    def change(
        self, *, pause_ms: float | None = None, style: Style | None = None, ends_sentence: bool = False
    ) -> None:
        """Something changes in front of what comes next."""
        self._directives.append(Directive(self._length, pause_ms, style, ends_sentence))

    def keep(self, text: str) -> None:
        """Let text through as it was typed."""
        if text:
            self._add(text, len(text), is_verbatim=True)

    def replace(self, text: str, typed_chars: int) -> None:
        """Let `text` through in place of the next `typed_chars` characters."""
        if text:
            self._add(text, typed_chars, is_verbatim=False)
        else:
            self._typed += typed_chars

    def drop(self, typed_chars: int) -> None:
        """Leave out the next characters."""
        self._typed += typed_chars

    def _add(self, text: str, typed_chars: int, *, is_verbatim: bool) -> None:
        end = self._typed + typed_chars
        last = self._runs[-1] if self._runs else None
        if is_verbatim and last is not None and last.is_verbatim and last.source_end == self._typed:
            last.source_end = end
        else:
            self._runs.append(_Run(self._length, self._typed, end, is_verbatim))
            self._starts.append(self._length)
        self._typed = end
        self._length += len(text)
        self._new.append(text)
        self._remember(text)

    def _remember(self, text: str) -> None:
        self._recent += text
        if len(self._recent) > _MOST_RECENT_CHARS:
            self._recent = self._recent[-_TAIL_CHARS:]

    def typed_span(self, start: int, end: int) -> Span:
        """Where the filtered characters [start, end), which are some, were typed.

        A span that begins inside a replacement begins behind what was replaced: that belongs to the one
        before.
        """
        first, last = self._run_at(start), self._run_at(end - 1)
        if first.is_verbatim:
            typed_start = first.source + start - first.start
        else:
            typed_start = first.source if start == first.start else first.source_end
        typed_end = last.source + end - last.start if last.is_verbatim else last.source_end
        return typed_start, typed_end

    def edits(self, start: int, text: str) -> list[Edit]:
        """What made the filtered `text` at `start` of what was typed there, with offsets into that."""
        end = start + len(text)
        base, typed_end = self.typed_span(start, end)
        edits: list[Edit] = []
        typed = base
        for run in self._runs[bisect_right(self._starts, start) - 1 :]:
            if run.start >= end:
                break
            source = max(run.source, base)
            if source > typed:
                edits.append(Edit(typed - base, source - base))
            if run.is_verbatim:
                typed = min(run.source_end, typed_end)
                continue
            until = run.start + self._length_of(run)
            said = text[max(run.start - start, 0) : until - start]
            typed = max(run.source_end, base)
            edits.append(Edit(source - base, typed - base, said))
        return edits

    def _length_of(self, run: _Run) -> int:
        following = bisect_right(self._starts, run.start)
        return (self._starts[following] if following < len(self._starts) else self._length) - run.start

    def _run_at(self, offset: int) -> _Run:
        return self._runs[bisect_right(self._starts, offset) - 1]
