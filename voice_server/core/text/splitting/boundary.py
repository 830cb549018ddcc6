"""Whether a sentence ends at a mark: a function of the text alone, never of how it was cut into tokens.

The law: a verdict other than WAIT rests on characters that have been received, so that more text can never
change it. It holds because a rule that needs a character which has not been received raises `MoreTextNeeded`
(see `mark_context.py`), which becomes WAIT here.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from voice_server.core.text.splitting import full_stop, list_items, marks, rules
from voice_server.core.text.splitting.lexicon import Lexicon
from voice_server.core.text.splitting.mark_context import MarkContext, MoreTextNeeded, context_of_mark

_WORD_LETTERS = 6
"""So many letters in a row are certainly a word and not the label of a list item."""
_WRAPPED_LINE_LENGTHS = range(60, 121)
"""Characters of a line of hard-wrapped text. A line of such a length, without a label or a mark at its end,
goes on if the next begins in lower case; list items, headings and table rows are whole lines."""
_WRAPPED_LINE_END = re.compile(r"[\w,)\]\"'”’`*–—-]")
_NEXT_LINE = re.compile(r"(?:\r\n?|.)(?P<indent>[ \t]{0,12})[`\"'(\[*_]{0,2}(?P<first>\S)?", re.DOTALL)
_LABEL_MARKS = marks.BULLETS + ")"
DECIDED_AT_ONCE = marks.LINE_BREAKS + _LABEL_MARKS
"""Marks that can be decided without the next character."""


class Decision(Enum):
    """What is known about a mark: the sentence ends (CUT), goes on (HOLD), or more text will tell (WAIT)."""

    CUT = "cut"
    HOLD = "hold"
    WAIT = "wait"


class Verdict(NamedTuple):
    """A decision, the offset where the sentence ends or the scan goes on, and why."""

    decision: Decision
    end: int
    reason: str


def is_speakable(text: str, start: int, end: int) -> bool:
    """Return whether text[start:end] is more than a label, a mark or white space."""
    if end - start >= _WORD_LETTERS and (
        text[start : start + _WORD_LETTERS].isalpha() or text[end - _WORD_LETTERS : end].isalpha()
    ):
        return True
    label = marks.ITEM_LABEL.match(text, start, end)
    return marks.SPEAKABLE.search(text, label.end() if label else start, end) is not None


def decide(
    text: str, start: int, at: int, *, final: bool, quoted: bool, lexicon: Lexicon, column: int = 0
) -> Verdict:
    """Decide about the mark, line break or label at `at` in the sentence that begins at `start`.

    `final` says that no more text will come, `quoted` that the sentence begins inside straight double quotes.
    `column` is how many characters of its line stood before `text`.
    """
    mark = text[at]
    if at + 1 == len(text) and not final and mark not in DECIDED_AT_ONCE:
        return Verdict(Decision.WAIT, at + 1, "more text is needed")
    try:
        if mark in marks.LINE_BREAKS:
            return _decide_at_line_break(text, start, at, final=final, column=column)
        if mark in _LABEL_MARKS:
            return _decide_at_label(
                MarkContext(text, start, at, at + 1, at + 1, mark, "", final, quoted, lexicon)
            )
        context = context_of_mark(text, start, at, final=final, quoted=quoted, lexicon=lexicon)
        if mark in marks.FULL_STOPS and list_items.next_item_start(context) is not None:
            return _decide_at_label(context)
        ends, reason = _first_rule_result(context)
    except MoreTextNeeded:
        return Verdict(Decision.WAIT, at + 1, "more text is needed")
    return _cut_or_hold(text, start, context.end, context.end, ends=ends, reason=reason)


def _first_rule_result(context: MarkContext) -> tuple[bool, str]:
    for rule in rules.IN_ORDER:
        result = rule(context)
        if result is not None:
            return result
    if context.is_ellipsis:
        return rules.ellipsis(context)
    if context.mark in marks.FULL_STOPS:
        return full_stop.rule(context)
    return rules.question_or_exclamation(context)


def _cut_or_hold(text: str, start: int, end: int, resume: int, *, ends: bool, reason: str) -> Verdict:
    """Cut at `end` if the sentence ends and has something to speak; else go on with the scan at `resume`."""
    if ends and is_speakable(text, start, end):
        return Verdict(Decision.CUT, end, reason)
    return Verdict(Decision.HOLD, resume, reason)


def _decide_at_line_break(text: str, start: int, at: int, *, final: bool, column: int) -> Verdict:
    line_start = text.rfind("\n", 0, at) + 1
    line_chars = at - line_start + (0 if line_start else column)
    may_be_wrapped = line_chars in _WRAPPED_LINE_LENGTHS and text[line_start] not in "#|"
    if may_be_wrapped and _WRAPPED_LINE_END.match(text, at - 1) and not _has_label(text, line_start):
        next_line = _NEXT_LINE.match(text, at)
        assert next_line is not None  # it matches any character
        first = next_line["first"] or ""
        if not first and next_line.end() == len(text) and not final:
            raise MoreTextNeeded
        if first.islower():
            return Verdict(Decision.HOLD, next_line.end(), "line broken for the page")
    return _cut_or_hold(text, start, at, at + 1, ends=True, reason="line break")


def _has_label(text: str, line_start: int) -> bool:
    label = marks.ITEM_LABEL.match(text, line_start)
    return label is not None and label.end() > line_start


def _decide_at_label(context: MarkContext) -> Verdict:
    """The label of a list item that follows another item on the same line: the sentence ends before it."""
    label_start = list_items.next_item_start(context)
    if label_start is None:
        return Verdict(Decision.HOLD, context.end, "no label of a list")
    return _cut_or_hold(
        context.text, context.start, label_start, context.end, ends=True, reason="next list item"
    )
