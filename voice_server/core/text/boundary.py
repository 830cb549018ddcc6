"""Whether a sentence ends at a mark: a pure function of the text, never of how it was cut.

The law: a verdict other than WAIT depends on characters that have been seen, so that more text can never change
it. Every look ahead is bounded (`_SPACES`, `_WORD`), so that WAIT cannot last.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from voice_server.core.text import marks
from voice_server.core.text.abbreviations import Abbreviations

_SPACES = 48
"""White space beyond this many characters is a gap that ends any sentence."""
_WORD = re.compile(r"[^\W_]{1,24}(?:['’][^\W_]{1,3})?")
_LABEL = re.compile(r"[(\[]?(?:\d{1,3}(?:\.\d{1,3}){0,3}|[A-Za-z]|[ivxIVX]{1,5})[.)\]]{0,2}|[-*•+#>–—|]+")


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
    if end - start > 16:
        return marks.SPEAKABLE.search(text, start, end) is not None
    piece = text[start:end].strip()
    return _LABEL.fullmatch(piece) is None and marks.SPEAKABLE.search(piece) is not None


def last_word(text: str, start: int, at: int) -> str:
    """The word that the mark at `at` stands behind, without quotes and brackets before it."""
    words = text[max(start, at - 40) : at].rsplit(None, 1)
    return words[-1].lstrip(marks.OPENERS + marks.STRAIGHT_QUOTES + marks.MARKDOWN) if words else ""


def judge(text: str, start: int, at: int, *, final: bool, lists: Abbreviations) -> Verdict:
    """Decide about the mark or line break at `at` in a sentence that began at `start`."""
    if text[at] in marks.LINE_BREAKS:
        return _cut(text, start, at, at + 1, "line break")
    end = marks.CLOSER_RUN.match(text, at + 1).end()  # type: ignore[union-attr]
    if end == len(text) and not final:
        return Verdict(Decision.WAIT, end, "mark")
    following = marks.SPACE_RUN.match(text, end).end()  # type: ignore[union-attr]
    gap = text[end:following]
    if any(c in marks.LINE_BREAKS for c in gap):
        return _cut(text, start, end, end, "mark and line break")
    if following - end > _SPACES:
        return _cut(text, start, end, end, "gap")
    if following == len(text):
        if final:
            return _cut(text, start, end, end, "end of text")
        return Verdict(Decision.WAIT, end, "mark")
    if not gap:
        return _judge_glued(text, start, at, end, following)
    return _judge_spaced(text, start, at, end, following, final=final, lists=lists)


def _cut(text: str, start: int, end: int, hold_end: int, reason: str) -> Verdict:
    if is_speakable(text, start, end):
        return Verdict(Decision.CUT, end, reason)
    return Verdict(Decision.HOLD, hold_end, "nothing to speak")


def _judge_glued(text: str, start: int, at: int, end: int, following: int) -> Verdict:
    if text[at] in marks.SURE_STOPS:
        return _cut(text, start, end, end, "mark of a script that needs no space")
    return Verdict(Decision.HOLD, end, "glued to the next character")


def _judge_spaced(
    text: str, start: int, at: int, end: int, following: int, *, final: bool, lists: Abbreviations
) -> Verdict:
    if text[at] in marks.SURE_STOPS or text[at] in marks.LOUD_MARKS:
        if text[following].islower() and text[at] not in marks.SURE_STOPS:
            return Verdict(Decision.HOLD, end, "lower case follows")
        return _cut(text, start, end, end, "mark")
    word = last_word(text, start, at)
    if end - at > 1 and text[at + 1] in ".…":
        word = ""
    bare = word.lower().rstrip(".")
    if bare in lists.never:
        return Verdict(Decision.HOLD, end, "abbreviation")
    if bare in lists.number and text[following].isdigit():
        return Verdict(Decision.HOLD, end, "abbreviation before a number")
    if text[following].islower():
        if len(bare) >= 4 and bare.isalpha() and bare not in lists.may:
            return _cut(text, start, end, end, "full stop")
        return Verdict(Decision.HOLD, end, "lower case follows")
    if len(bare) == 1 and bare.isalpha() or "." in bare or bare in lists.may:
        return _judge_by_next_word(text, start, end, following, final=final, lists=lists)
    return _cut(text, start, end, end, "full stop")


def _judge_by_next_word(
    text: str, start: int, end: int, following: int, *, final: bool, lists: Abbreviations
) -> Verdict:
    found = _WORD.match(text, following)
    if found is None:
        return Verdict(Decision.HOLD, end, "abbreviation or initial")
    if found.end() == len(text) and not final:
        return Verdict(Decision.WAIT, end, "abbreviation or initial")
    if found.group().lower() in lists.starters:
        return _cut(text, start, end, end, "starter word")
    return Verdict(Decision.HOLD, end, "abbreviation or initial")
