"""What was changed of a sentence on the way to an engine, and by which rule: kept only where somebody asks.

Whoever rewrites a sentence stage by stage takes a log, or None, for which nothing is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voice_server.core.text.offsets import Edit, OffsetMap, rewrite


@dataclass(frozen=True, slots=True)
class NamedEdit:
    """What the rule `rule` made of the characters [start, end) of a sentence; "" left them out."""

    rule: str
    start: int
    end: int
    said: str


class ChangeLog:
    """The changes of one sentence, as they were made; offsets are in the sentence's text.

    `base` is where the part begins of which it is told, and `way_back` leads there from what was made of it.
    """

    def __init__(
        self, edits: list[NamedEdit] | None = None, base: int = 0, way_back: OffsetMap | None = None
    ) -> None:
        self.edits: list[NamedEdit] = [] if edits is None else edits
        self._base = base
        self._way_back = way_back

    def within(self, start: int, way_back: OffsetMap | None = None) -> ChangeLog:
        """The same log, for whoever changes what was made of the part that begins at `start` of this one."""
        return ChangeLog(self.edits, self._base + start, way_back)

    def add(self, rule: str, text: str, edits: Sequence[Edit], offsets: OffsetMap) -> None:
        """Edits of `text` that are one change; `offsets` lead from it to the part."""
        ordered = sorted(edits, key=lambda edit: edit.start)
        start, end = ordered[0].start, ordered[-1].end
        within = [Edit(edit.start - start, edit.end - start, edit.replacement) for edit in ordered]
        said, _ = rewrite(text[start:end], within)
        first, last = offsets.to_source(start, end)
        if self._way_back is not None:
            first, last = self._way_back.to_source(first, last)
        self.edits.append(NamedEdit(rule, self._base + first, self._base + last, said))

    def add_each(self, rule: str, text: str, edits: Iterable[Edit], offsets: OffsetMap) -> None:
        """Edits of `text` that are a change each."""
        for edit in edits:
            self.add(rule, text, [edit], offsets)
