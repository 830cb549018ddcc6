"""Whether the text looks like a whole sentence the moment its mark is seen, before anything follows.

A render may start on such a provisional end and is dropped when the next token shows that the sentence
goes on, so the rule may err, but rarely: what is safe is a full stop behind an ordinary word, outside
quotes and brackets, in the third word or later, and the marks of scripts that use them for nothing else.
"""

from __future__ import annotations

from voice_server.core.text import fullstop, marks
from voice_server.core.text.boundary import is_speakable
from voice_server.core.text.lexicon import Lexicon
from voice_server.core.text.place import Place, survey
from voice_server.core.text.rules import foreign_sign

_SHORTEST = 3
"""Shorter words are more often abbreviations that no list has."""
_PAIRS = (
    *zip("“«「『《(（[", "”»」』》)）]", strict=True),
    (",,", "''"),
    ("``", "''"),
)


def likely_end(text: str, start: int, at: int, *, quoted: bool, lexicon: Lexicon) -> int | None:
    """The end of the sentence that text[start:] looks like, if the mark at `at` is the last thing in it."""
    if text[at] in marks.LINE_BREAKS or text[at] in marks.BULLETS + ")":
        return None
    place = survey(text, start, at, final=True, quoted=quoted, lexicon=lexicon)
    if place.next or not is_speakable(text, start, place.end) or _is_open(place):
        return None
    return place.end if _is_likely(place) else None


def _is_likely(place: Place) -> bool:
    if foreign_sign(place) is not None or place.is_ellipsis:
        return False
    if place.mark in marks.SURE_STOPS:
        return True
    if len(place.text[place.start : place.at].split(None, 2)) < 3:
        return False
    if place.mark in marks.FULL_STOPS:
        return _is_plain(place)
    if "!" in place.text[place.at : place.end]:
        return False
    return not place.closes_quote and place.word_before().lower() not in place.lexicon.brands


def _is_plain(place: Place) -> bool:
    word = place.word_before().rstrip(marks.CLOSERS + marks.QUOTES + marks.MARKDOWN)
    if word.isdigit():
        return len(word) == 4 and not place.lexicon.has_ordinal_dot
    kind = fullstop.kind_of(word, place)
    if (
        kind is not fullstop.Kind.PLAIN
        or not word.replace("'", "").replace("’", "").replace("-", "").isalpha()
    ):
        return False
    has_case = word.lower() != word.upper()
    return len(word) >= (_SHORTEST if has_case else 2) or word.lower() in place.lexicon.short_words


def _is_open(place: Place) -> bool:
    """Whether a quotation or bracket is open behind the run, so that a closer or more of it is to come."""
    text, start, end = place.text, place.start, place.end
    if place.quoted != (text.count('"', start, end) % 2 == 1):
        return True
    return any(text.count(opener, start, end) > text.count(closer, start, end) for opener, closer in _PAIRS)
