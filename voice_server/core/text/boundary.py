"""Whether a sentence ends at a mark: a pure function of the text, never of how it was cut.

The law: a verdict other than WAIT rests on characters that have been seen, so that more text can never change it.
Rules are tried in order, the first that speaks decides; each is a named predicate over a `Place`.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from voice_server.core.text import fullstop, items, marks
from voice_server.core.text.lexicon import Lexicon
from voice_server.core.text.place import Place, Unseen, survey

_GAP = 48
"""White space of more characters than this ends any sentence."""
_QUOTATION = 120
"""A bracket that stays open for more characters than this was never meant to close."""
_LONGEST_LABEL = 6
"""So many letters in a row are a word, not the label of an item."""
_WRAPPED = 60
"""A line of prose this long that ends without a mark was broken for the page, if lower case follows."""

_OPENING = marks.OPENERS + marks.QUOTES + marks.MARKDOWN
_LABEL_ENDS = marks.BULLETS + ")"
_AT_ONCE = marks.LINE_BREAKS + _LABEL_ENDS
"""What can be decided without the next character."""
_JAPANESE_GOES_ON = re.compile("[とっがはをにでのもかなや]")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ADDRESS = frozenset("./@:_=&\\(#%~")
_SUFFIXES = frozenset(
    "com org net io ai edu gov co uk de eu js ts py txt pdf md html json xml csv jpg png exe".split()
)
_GREEK = re.compile("[\u0370-\u03ff]")
_ARMENIAN = re.compile("[\u0531-\u0587]")


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
    if text[start : start + _LONGEST_LABEL].isalpha():
        return True
    label = marks.LABEL.match(text, start, end)
    return marks.SPEAKABLE.search(text, label.end() if label else start, end) is not None


def judge(text: str, start: int, at: int, *, final: bool, quoted: bool, lexicon: Lexicon) -> Verdict:
    """Decide about the mark or line break at `at` in a sentence that began at `start`."""
    if at + 1 == len(text) and not final and text[at] not in _AT_ONCE:
        return Verdict(Decision.WAIT, at + 1, "more text is needed")
    try:
        if text[at] in marks.LINE_BREAKS:
            cuts, reason = _line_break(text, start, at, final=final)
            return _verdict(text, start, at, at + 1, cuts=cuts, reason=reason)
        if text[at] in _LABEL_ENDS:
            return _label(Place(text, start, at, at + 1, at + 1, text[at], "", final, quoted, lexicon))
        place = survey(text, start, at, final=final, quoted=quoted, lexicon=lexicon)
        if place.mark in marks.FULL_STOPS and items.next_item(place) is not None:
            return _label(place)
        cuts, reason = _ruling(place)
    except Unseen:
        return Verdict(Decision.WAIT, at + 1, "more text is needed")
    return _verdict(text, start, place.end, place.end, cuts=cuts, reason=reason)


def _label(place: Place) -> Verdict:
    """A label on the line of another item: the sentence ends before it."""
    label_start = items.next_item(place)
    if label_start is None:
        return Verdict(Decision.HOLD, place.end, "no label of a list")
    return _verdict(place.text, place.start, label_start, place.end, cuts=True, reason="next list item")


def _verdict(text: str, start: int, end: int, resume: int, *, cuts: bool, reason: str) -> Verdict:
    if cuts and is_speakable(text, start, end):
        return Verdict(Decision.CUT, end, reason)
    return Verdict(Decision.HOLD, resume, reason)


def _line_break(text: str, start: int, at: int, *, final: bool) -> tuple[bool, str]:
    line = max(start, text.rfind("\n", start, at) + 1)
    if at - line >= _WRAPPED and text[at - 1 : at].isalpha():
        after = text[at + 1 : at + 2]
        if not after and not final:
            raise Unseen
        if after.islower():
            return False, "line broken for the page"
    return True, "line break"


def _ruling(place: Place) -> tuple[bool, str]:
    for rule in _RULES:
        ruling = rule(place)
        if ruling is not None:
            return ruling
    if place.is_ellipsis:
        return _ellipsis(place)
    if place.mark in marks.FULL_STOPS:
        return fullstop.rule(place)
    return _loud(place)


def _end_of_line(place: Place) -> tuple[bool, str] | None:
    gap = place.text[place.end : place.following]
    if not place.next or any(c in marks.LINE_BREAKS for c in gap):
        return True, "mark and end of line"
    return (True, "mark and gap") if len(gap) > _GAP else None


def _goes_on(place: Place) -> tuple[bool, str] | None:
    if place.next not in marks.CONTINUING:
        return None
    if place.next == "," and place.is_low_quote():
        return None
    return False, "the sentence goes on"


def foreign_sign(place: Place) -> tuple[bool, str] | None:
    """Greek ';' and Armenian ':' mean their sentence marks only there; an Armenian '.' is a pause."""
    if place.mark == ".":
        is_pause = _ARMENIAN.match(place.text, max(place.start, place.at - 1)) and not place.is_ellipsis
        return (False, "Armenian pause") if is_pause else None
    before = place.text[max(place.start, place.at - 16) : place.at]
    if (place.mark == ":" and not _ARMENIAN.search(before)) or (
        place.mark == ";" and not _GREEK.search(before)
    ):
        return False, "colon or semicolon"
    return None


def _sure(place: Place) -> tuple[bool, str] | None:
    if place.mark not in marks.SURE_STOPS:
        return None
    if place.end > place.at + 1 and _JAPANESE_GOES_ON.match(place.next) and place.is_glued:
        return False, "quotation goes on"
    if place.at - place.start < _QUOTATION and _depth(place, "「『（《(", "」』）》)") > 0:
        return False, "inside brackets"
    return True, "full stop of the script"


def _bracket(place: Place) -> tuple[bool, str] | None:
    if place.text[place.start] not in "([（" and _depth(place, "([{（", ")]}）") > 0:
        return False, "inside brackets"
    return None


def _depth(place: Place, openers: str, closers: str) -> int:
    text, start, end = place.text, place.start, place.end
    depth = 0
    for opener, closer in zip(openers, closers, strict=True):
        opened = text.count(opener, start, end)
        if opened:
            depth += opened - text.count(closer, start, end)
    return depth


def _quotation(place: Place) -> tuple[bool, str] | None:
    if place.end == place.at + 1 or place.text[place.end - 1] not in marks.QUOTES + "`)":
        return None
    if place.next.islower() or (place.next == "(" and place.closes_quote):
        return False, "quotation goes on"
    return None


def _dash(place: Place) -> tuple[bool, str] | None:
    if place.next not in marks.DASHES:
        return None
    after = place.text[place.following + 1 : place.following + 3]
    if len(after) < 2 and not place.final:
        raise Unseen
    if after.strip()[:1].islower():
        return False, "dash and lower case"
    return None


def _glued(place: Place) -> tuple[bool, str] | None:
    if not place.is_glued:
        return None
    if _CJK.match(place.next):
        return place.mark in marks.LOUD_MARKS or bool(
            _CJK.match(place.text[place.at - 1 : place.at])
        ), "glued, other script"
    if place.closes_quote and place.next in marks.QUOTES:
        return True, "glued, quotation after quotation"
    return _is_missing_space(place), "glued to the next character"


def _is_missing_space(place: Place) -> bool:
    """Whether a sentence begins right behind the mark: "the end.Then", and neither "Node.JS" nor a URL."""
    word = place.word_before()
    if not place.next.isupper() or any(c in _ADDRESS for c in word):
        return False
    after, behind = place.word_after()
    lower = after.lower()
    if place.is_ellipsis or not word[-2:].islower():
        return len(after) > 1 and lower in place.lexicon.starters
    if behind in _ADDRESS and lower not in place.lexicon.never:
        return False
    if not (after[1:].islower() or lower in place.lexicon.starters) or lower in _SUFFIXES:
        return False
    return (word.islower() and len(word) > 1) or lower in place.lexicon.starters | place.lexicon.never


def _ellipsis(place: Place) -> tuple[bool, str]:
    shape = fullstop.shape_of(place)
    if shape in (fullstop.Shape.LOWER, fullstop.Shape.DIGIT):
        return False, "ellipsis goes on"
    dots = place.text[place.at : place.end].count(".")
    if place.lexicon.is_english and dots <= 3 and place.next == "I" and place.word_after()[0].startswith("I"):
        return place.word_after()[0].partition("'")[0].partition("’")[0] != "I", "ellipsis before I"
    return True, "ellipsis"


def _loud(place: Place) -> tuple[bool, str]:
    word = place.word_before()
    is_brand = word.lower() in place.lexicon.brands
    if place.next in _OPENING and not is_brand:
        return True, "mark, opener follows"
    lower = fullstop.shape_of(place) is fullstop.Shape.LOWER
    if is_brand and (lower or place.word_after()[0].lower() not in place.lexicon.starters):
        return False, "name with a mark"
    return (_loud_before_lower(place, word), "mark, lower case follows") if lower else (True, "mark")


def _loud_before_lower(place: Place, word: str) -> bool:
    """Whether "?" or "!" ends a sentence although lower case follows: for people who write without capitals."""
    text, start = place.text, place.start
    if text[place.end - 1] in "." + marks.ELLIPSES:
        return False
    if text[start].islower():
        return True
    is_title = word.istitle() and not text.startswith(word, start)
    if not place.lexicon.is_english or is_title:
        return False
    return place.next not in "ao" or place.word_after()[0] not in ("and", "or")


_RULES = (_end_of_line, _goes_on, foreign_sign, _sure, _glued, _bracket, _quotation, _dash)
