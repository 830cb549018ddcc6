"""What of a sentence is meant for the ear.

Laws. Linear time. Only what is dropped or replaced is touched, and `SpokenText.offsets` leads every character
back to where it was typed. A text without markup comes out as it went in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from voice_server.core.text.speakable.markdown import MAY_HOLD_MARKUP, MarkdownScan
from voice_server.core.text.speakable.offsets import Edit, OffsetMap, rewrite
from voice_server.core.text.speakable.symbols import has_speech

Markup = Literal["speak", "strip"]

# A gap begins where no blank stands before it, so that a long one is looked at once.
_GAP = re.compile(r"(?<![ \t])[ \t]++(?P<before_mark>(?=[,.;:!?…]++(?:\s|\Z)))?")


@dataclass(frozen=True, slots=True)
class SpokenText:
    """A sentence as it is to be spoken; `text` is empty when there is nothing to hear.

    `offsets` leads from `text` to the sentence as typed; `dropped_tags` names the sounds that the engine does
    not know, in order.
    """

    text: str
    offsets: OffsetMap
    dropped_tags: tuple[str, ...] = ()


def speakable(text: str, *, markup: Markup = "strip", known_tags: frozenset[str] = frozenset()) -> SpokenText:
    """Return what of one sentence is spoken.

    `strip` removes markup; `speak` leaves the text alone but for sounds that are not in `known_tags`.
    """
    if not MAY_HOLD_MARKUP.search(text):
        return _heard(text, text, OffsetMap.identity(len(text)), ())
    scan = MarkdownScan(text, known_tags)
    if markup == "strip":
        scan.strip()
    else:
        scan.drop_tags()
    if not scan.edits:
        return _heard(text, text, OffsetMap.identity(len(text)), ())
    stripped, offsets = rewrite(text, sorted(scan.edits, key=lambda edit: edit.start))
    tidied, later = rewrite(stripped, _tidying(stripped))
    return _heard(text, tidied, offsets.then(later), tuple(scan.dropped_tags))


def _heard(typed: str, spoken: str, offsets: OffsetMap, dropped_tags: tuple[str, ...]) -> SpokenText:
    if not has_speech(spoken):
        spoken, offsets = rewrite(typed, [Edit(0, len(typed))])
    return SpokenText(spoken, offsets, dropped_tags)


def _tidying(text: str) -> Iterator[Edit]:
    """Yield what closes the gaps that dropped markup left: doubled blanks and blanks before a mark."""
    end = len(text.rstrip())
    start = len(text) - len(text.lstrip())
    if start:
        yield Edit(0, start)
    for gap in _GAP.finditer(text, start, max(start, end)):
        if gap["before_mark"] is not None:
            yield Edit(*gap.span())
        elif gap.end() - gap.start() > 1:
            yield Edit(gap.start() + 1, gap.end())
    if start < end < len(text):
        yield Edit(end, len(text))
