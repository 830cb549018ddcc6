"""Whether the text looks like a whole sentence the moment its mark is seen, before anything follows.

A render may start on such a provisional end and is dropped when the next token shows that the sentence
goes on, so the rule may err, but rarely: what is safe is a full stop behind an ordinary word, outside
quotes and brackets, in the third word or later, and the marks of scripts that use them for nothing else.
"""

from __future__ import annotations

import re
from typing import Literal

from voice_server.core.text.splitting import full_stop, marks, ordinary_ends
from voice_server.core.text.splitting.boundary import is_speakable
from voice_server.core.text.splitting.lexicon import Lexicon
from voice_server.core.text.splitting.mark_context import MarkContext, mark_context
from voice_server.core.text.splitting.rules import foreign_sign

Strength = Literal["none", "weak", "strong"]
_ADDRESS = ("://", "www", "@")
_LONGEST_OPENING = 6
"""Words of an exclamation that opens an answer; elsewhere "!" is as often followed by more of them."""
_SHORTEST = 3
"""Shorter words are more often abbreviations that no list has."""
_YEARS_COUNT = frozenset(("hu", "lv", "lt", "hr", "sr", "sl"))
"""Languages that write "1848. március": a year's dot says nothing."""
_PAIRS = (
    *zip("«「『《(（[", "»」』》)）]", strict=True),
    (",,", "''"),
    ("``", "''"),
)
_CJK_STOPS = "。！？｡"
_CJK_CLOSERS = "」』”）"
"""Behind these, who spoke may follow without a sign."""
_CAMEL = re.compile("[a-z][A-Z]")
"""A capital within a word: a name that may go on as an address, "RecordStore.com"."""
_QUOTE_OR_CODE = re.compile("[\"“”„«»「『（(\\[`,*_]|(?<!\\w)'")
_OPENER = re.compile("[“„«「『《(（\\[`,*]")
"""What may be open behind the mark; most sentences have none of these."""


def is_opening(text: str, brands: frozenset[str]) -> bool:
    """Whether a text that begins so has begun as answers do: "Great question!", "Sure!"."""
    words = text[:-1].lstrip("¡").split()
    if text[-1:] != "!" or not 0 < len(words) <= _LONGEST_OPENING or _QUOTE_OR_CODE.search(text):
        return False
    first, last = words[0], words[-1]
    is_name = last.isupper() or last.lower() in brands or (last.istitle() and len(words) > 1)
    return not (first.islower() or is_name or (last.isascii() and not last.isalpha()))


def likely_end(text: str, start: int, at: int, *, quoted: bool, lexicon: Lexicon) -> int | None:
    """The end of the sentence that text[start:] looks like, if the mark at `at` is the last thing in it."""
    if text.startswith("|", start):
        return None  # a table's row ends with its line
    has_length = " " not in text[at - _SHORTEST : at]
    if has_length and text[at:] == "." and ordinary_ends.is_plain_word(text, start, at, lexicon.listed):
        is_likely = _is_long_enough(text, start, at) and not _is_open(text, start, at, quoted=quoted)
        return at + 1 if is_likely else None
    place = _last_mark(text, start, at, quoted=quoted, lexicon=lexicon)
    if place is None or not _is_likely(place) or _is_open(text, start, place.end, quoted=quoted):
        return None
    return place.end


def strength(text: str, at: int | None, *, quoted: bool, lexicon: Lexicon) -> Strength:
    """What a pause after `text` means, whose last undecided mark is at `at`: a sentence, a clause or
    nothing.

    Stronger than provisional ends: after a pause "Sure!" is whole, though a token might have made it
    "Sure!!". Behind a digit only a full stop may be an end, and none within an address.
    """
    place = None if at is None else _last_mark(text, 0, at, quoted=quoted, lexicon=lexicon)
    if place is not None and _is_end_of_sentence(place):
        is_open = _is_open(text, place.start, place.end, quoted=quoted)
        if not is_open:
            return "strong"
    bare = text.rstrip()
    is_weak = bare[-1:] in marks.PAUSES and is_speakable(bare, 0, len(bare))
    if not bare or not is_weak or (bare[-1] in ",:" and bare[-2:-1].isdigit()):
        return "none"
    return (
        "none" if bare[-1] == "." and any(sign in bare.rsplit(None, 1)[-1] for sign in _ADDRESS) else "weak"
    )


def _is_end_of_sentence(place: MarkContext) -> bool:
    if place.mark not in marks.FULL_STOPS or place.is_ellipsis:
        return foreign_sign(place) is None
    word = place.word_before()
    is_word = full_stop.kind_of(word, place) is full_stop.Kind.PLAIN and not any(s in word for s in _ADDRESS)
    return is_word and foreign_sign(place) is None


def _last_mark(text: str, start: int, at: int, *, quoted: bool, lexicon: Lexicon) -> MarkContext | None:
    """The place of the mark at `at`, if nothing but white space follows it and there is something to
    speak.
    """
    if text[at] in marks.LINE_BREAKS or text[at] in marks.BULLETS + ")":
        return None
    place = mark_context(text, start, at, final=True, quoted=quoted, lexicon=lexicon)
    return None if place.next or not is_speakable(text, start, place.end) else place


def _is_likely(place: MarkContext) -> bool:
    if foreign_sign(place) is not None or place.is_ellipsis:
        return False
    if place.mark in marks.SURE_STOPS:
        return place.mark not in _CJK_STOPS or place.text[place.end - 1] not in _CJK_CLOSERS
    if not _is_long_enough(place.text, place.start, place.at):
        return False
    if place.mark in marks.FULL_STOPS:
        return _is_plain(place)
    if "!" in place.text[place.at : place.end]:
        return False
    return not place.closes_quote and place.word_before().lower() not in place.lexicon.brands


def _is_plain(place: MarkContext) -> bool:
    word = place.word_before().rstrip(marks.CLOSING)
    if word.isdigit():
        return len(word) == 4 and place.lexicon.language not in _YEARS_COUNT
    kind = full_stop.kind_of(word, place)
    if (
        kind is not full_stop.Kind.PLAIN
        or not word.replace("'", "").replace("’", "").replace("-", "").isalpha()
    ):
        return False
    if _CAMEL.search(word):
        return False
    has_case = word.lower() != word.upper()
    return len(word) >= (_SHORTEST if has_case else 2) or word.lower() in place.lexicon.short_words


def _is_long_enough(text: str, start: int, at: int) -> bool:
    return len(text[start:at].split(None, 2)) > 2


def _is_open(text: str, start: int, end: int, *, quoted: bool) -> bool:
    """Whether a quotation, bracket or emphasis is open at `end`, so that more of it is to come."""
    if quoted != (text.count('"', start, end) % 2 == 1):
        return True
    if _OPENER.search(text, start, end) is None:
        return False
    low = text.count("„", start, end)
    return (
        text.count("“", start, end) > text.count("”", start, end) + 2 * low
        or low > text.count("“", start, end) + text.count("”", start, end)
        or (text.count("`", start, end) % 2 == 1 and marks.CODE.search(text, start, end) is not None)
        or text.count("**", start, end) % 2 == 1
        or (text.count("*", start, end) - text.startswith("* ", start)) % 2 == 1
        or any(text.count(opener, start, end) > text.count(closer, start, end) for opener, closer in _PAIRS)
    )
