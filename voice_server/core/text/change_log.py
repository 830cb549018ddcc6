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
    """The changes of one sentence, as they were made; offsets are in the sentence's text."""

    def __init__(self) -> None:
        self.edits: list[NamedEdit] = []

    def add(self, rule: str, text: str, edits: Sequence[Edit], offsets: OffsetMap, base: int = 0) -> None:
        """Edits of `text` that are one change; `offsets` lead from it to the sentence from `base` on."""
        ordered = sorted(edits, key=lambda edit: edit.start)
        start, end = ordered[0].start, ordered[-1].end
        within = [Edit(edit.start - start, edit.end - start, edit.replacement) for edit in ordered]
        said, _ = rewrite(text[start:end], within)
        first, last = offsets.to_source(start, end)
        self.edits.append(NamedEdit(rule, base + first, base + last, said))

    def add_each(self, rule: str, text: str, edits: Iterable[Edit], offsets: OffsetMap) -> None:
        """Edits of `text` that are a change each."""
        for edit in edits:
            self.add(rule, text, [edit], offsets)
