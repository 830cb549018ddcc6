"""Whether a sentence ends at a mark: a pure function of the text, never of how it was cut.

The law: a verdict other than WAIT rests on characters that have been seen, so that more text can never
change it. It holds because a rule that wants a character which has not come yet raises `MoreTextNeeded` (see
`place.py`); here that becomes WAIT.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from voice_server.core.text.splitting import full_stop, list_items, marks, rules
from voice_server.core.text.splitting.lexicon import Lexicon
from voice_server.core.text.splitting.mark_context import MarkContext, MoreTextNeeded, mark_context

_LONGEST_LABEL = 6
"""So many letters in a row are a word, not the label of an item."""
_WRAPPED = range(60, 100)
"""A line of prose of so many characters that ends without a mark was broken for the page, if lower case
follows; list items, headings and rows of tables are lines of their own."""
_LABEL_ENDS = marks.BULLETS + ")"
AT_ONCE = marks.LINE_BREAKS + _LABEL_ENDS
"""What can be decided without the next character."""


class Decision(Enum):
    """What is known about a mark."""

    CUT = "cut"
    HOLD = "hold"
    WAIT = "wait"


class Verdict(NamedTuple):
    """A decision, the offset behind the mark and its closers, and why."""

    decision: Decision
    end: int
    reason: str


def is_speakable(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is more than a label, a mark or white space."""
    if end - start >= _LONGEST_LABEL and (
        text[start : start + _LONGEST_LABEL].isalpha() or text[end - _LONGEST_LABEL : end].isalpha()
    ):
        return True
    label = marks.LABEL.match(text, start, end)
    return marks.SPEAKABLE.search(text, label.end() if label else start, end) is not None


def judge(text: str, start: int, at: int, *, final: bool, quoted: bool, lexicon: Lexicon) -> Verdict:
    """Decide about the mark, line break or label at `at` in a sentence that began at `start`."""
    mark = text[at]
    if at + 1 == len(text) and not final and mark not in AT_ONCE:
        return Verdict(Decision.WAIT, at + 1, "more text is needed")
    try:
        if mark in marks.LINE_BREAKS:
            return _line_break(text, start, at, final=final)
        if mark in _LABEL_ENDS:
            return _label(MarkContext(text, start, at, at + 1, at + 1, mark, "", final, quoted, lexicon))
        place = mark_context(text, start, at, final=final, quoted=quoted, lexicon=lexicon)
        if mark in marks.FULL_STOPS and list_items.next_item(place) is not None:
            return _label(place)
        cuts, reason = _ruling(place)
    except MoreTextNeeded:
        return Verdict(Decision.WAIT, at + 1, "more text is needed")
    return _verdict(text, start, place.end, place.end, cuts=cuts, reason=reason)


def _ruling(place: MarkContext) -> tuple[bool, str]:
    for rule in rules.IN_ORDER:
        ruling = rule(place)
        if ruling is not None:
            return ruling
    if place.is_ellipsis:
        return rules.ellipsis(place)
    return full_stop.rule(place) if place.mark in marks.FULL_STOPS else rules.loud(place)


def _verdict(text: str, start: int, end: int, resume: int, *, cuts: bool, reason: str) -> Verdict:
    if cuts and is_speakable(text, start, end):
        return Verdict(Decision.CUT, end, reason)
    return Verdict(Decision.HOLD, resume, reason)


def _line_break(text: str, start: int, at: int, *, final: bool) -> Verdict:
    line = max(start, text.rfind("\n", start, at) + 1)
    if at - line in _WRAPPED and text[at - 1].isalpha() and not _is_labelled(text, line):
        after = text[at + 1 : at + 2]
        if not after and not final:
            raise MoreTextNeeded
        if after.islower():
            return Verdict(Decision.HOLD, at + 1, "line broken for the page")
    return _verdict(text, start, at, at + 1, cuts=True, reason="line break")


def _is_labelled(text: str, line: int) -> bool:
    label = marks.LABEL.match(text, line)
    return label is not None and label.end() > line


def _label(place: MarkContext) -> Verdict:
    """A label on the line of another item: the sentence ends before it."""
    label_start = list_items.next_item(place)
    if label_start is None:
        return Verdict(Decision.HOLD, place.end, "no label of a list")
    return _verdict(place.text, place.start, label_start, place.end, cuts=True, reason="next list item")
