"""Whether the text looks like a whole sentence the moment its mark is seen, before anything follows.

A render may start on such a provisional end and is dropped when the next token shows that the sentence
goes on, so the rule may err, but rarely: what is safe is a full stop behind an ordinary word, outside
quotes and brackets, in the third word or later, and the marks of scripts that use them for nothing else.
"""

from __future__ import annotations

from typing import Literal

from voice_server.core.text import fullstop, marks
from voice_server.core.text.boundary import is_speakable
from voice_server.core.text.lexicon import Lexicon
from voice_server.core.text.place import Place, survey
from voice_server.core.text.rules import foreign_sign

Strength = Literal["none", "weak", "strong"]
_ADDRESS = ("://", "www", "@")
_SHORTEST = 3
"""Shorter words are more often abbreviations that no list has."""
_PAIRS = (
    *zip("“«「『《(（[", "”»」』》)）]", strict=True),
    (",,", "''"),
    ("``", "''"),
)


def likely_end(text: str, start: int, at: int, *, quoted: bool, lexicon: Lexicon) -> int | None:
    """The end of the sentence that text[start:] looks like, if the mark at `at` is the last thing in it."""
    place = _last_mark(text, start, at, quoted=quoted, lexicon=lexicon)
    return place.end if place is not None and not _is_open(place) and _is_likely(place) else None


def strength(text: str, at: int | None, *, quoted: bool, lexicon: Lexicon) -> Strength:
    """What a pause after `text` means, whose last undecided mark is at `at`: a sentence, a clause or
    nothing.

    Stronger than provisional ends: after a pause "Sure!" is whole, though a token might have made it
    "Sure!!". Behind a digit only a full stop may be an end, and none within an address.
    """
    place = None if at is None else _last_mark(text, 0, at, quoted=quoted, lexicon=lexicon)
    if place is not None and not _is_open(place) and _is_end_of_sentence(place):
        return "strong"
    bare = text.rstrip()
    is_weak = bare[-1:] in marks.PAUSES and is_speakable(bare, 0, len(bare))
    if not bare or not is_weak or (bare[-1] in ",:" and bare[-2:-1].isdigit()):
        return "none"
    return (
        "none" if bare[-1] == "." and any(sign in bare.rsplit(None, 1)[-1] for sign in _ADDRESS) else "weak"
    )


def _is_end_of_sentence(place: Place) -> bool:
    if place.mark not in marks.FULL_STOPS or place.is_ellipsis:
        return foreign_sign(place) is None
    word = place.word_before()
    is_word = fullstop.kind_of(word, place) is fullstop.Kind.PLAIN and not any(s in word for s in _ADDRESS)
    return is_word and foreign_sign(place) is None


def _last_mark(text: str, start: int, at: int, *, quoted: bool, lexicon: Lexicon) -> Place | None:
    """The place of the mark at `at`, if nothing but white space follows it and there is something to
    speak.
    """
    if text[at] in marks.LINE_BREAKS or text[at] in marks.BULLETS + ")":
        return None
    place = survey(text, start, at, final=True, quoted=quoted, lexicon=lexicon)
    return None if place.next or not is_speakable(text, start, place.end) else place


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
