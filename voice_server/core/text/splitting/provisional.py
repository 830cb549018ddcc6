"""Whether the text looks like a whole sentence as soon as its mark is received, before anything follows.

A render may start on such a provisional end and is dropped when the next token shows that the sentence goes
on, so an error is allowed, but must be rare. What is safe: a full stop behind an ordinary word, outside
quotations and brackets, in the third word or later; and marks that have no other use than to end sentences.
"""

from __future__ import annotations

import re
from typing import Literal

from voice_server.core.text.splitting import full_stop, marks, ordinary_ends
from voice_server.core.text.splitting.boundary import is_speakable
from voice_server.core.text.splitting.lexicon import Lexicon
from voice_server.core.text.splitting.mark_context import MarkContext, context_of_mark
from voice_server.core.text.splitting.rules import greek_or_armenian_mark

EndStrength = Literal["none", "weak", "strong"]
"""How complete a text looks: "strong" like a sentence, "weak" like a clause, "none" like neither."""

_ADDRESS_SIGNS = ("://", "www", "@")
_MAX_OPENING_WORDS = 6
"""Words at most of an exclamation that opens an answer; behind a longer one, further "!" follow too often."""
_MIN_WORD_CHARS = 3
"""A shorter word is too often an abbreviation that is in no list."""
_LANGUAGES_WITH_YEAR_ORDINAL = frozenset(("hu", "lv", "lt", "hr", "sr", "sl"))
"""Languages in which a dot behind a year may make it an ordinal: "1848. március"."""
_BRACKET_PAIRS = (
    *zip("«「『《(（[", "»」』》)）]", strict=True),
    (",,", "''"),
    ("``", "''"),
)
_CJK_STOPS = "。！？｡"
_CJK_CLOSERS = "」』”）"
"""Behind one of these, the speaker may follow without a sign: “走吧！”他说."""
_PARTIAL_NUMBER = re.compile(f"\\d(?:[{re.escape(marks.CLAUSE_MARKS)}.．]|\\s?[{marks.DASHES}])\\Z")
_ENDS_IN_YEAR = re.compile(r"(?<!\w)(?<![.,:$€£])(?:1[5-9]|20)\d\d\.\Z")
"""A year and a full stop, which is seldom the beginning of a decimal fraction."""
_CAMEL_CASE = re.compile("[a-z][A-Z]")
"""A name that may be the beginning of an address, "RecordStore.com"."""
_QUOTE_OR_CODE = re.compile("[\"“”„«»「『（(\\[`,*_]|(?<!\\w)'")
_OPENER = re.compile("[“„«「『《(（\\[`,*]")
"""What may begin something that is open at the mark; most sentences have none of these."""


def is_opening_exclamation(text: str, brands: frozenset[str]) -> bool:
    """Return whether `text`, the first of its stream, is a short exclamation: "Great question!", "Sure!"."""
    words = text[:-1].lstrip("¡").split()
    if text[-1:] != "!" or not 0 < len(words) <= _MAX_OPENING_WORDS or _QUOTE_OR_CODE.search(text):
        return False
    first, last = words[0], words[-1]
    is_name = last.isupper() or last.lower() in brands or (last.istitle() and len(words) > 1)
    return not (first.islower() or is_name or (last.isascii() and not last.isalpha()))


def provisional_end(text: str, start: int, at: int, *, quoted: bool, lexicon: Lexicon) -> int | None:
    """Return where text[start:] ends, if the mark at `at` makes it look like a sentence; else None."""
    if text.startswith("|", start):
        return None  # a table's row ends with its line
    is_long_word = " " not in text[at - _MIN_WORD_CHARS : at]
    if is_long_word and text[at:] == "." and ordinary_ends.is_plain_word(text, start, at, lexicon.listed):
        is_likely = _has_three_words(text, start, at) and not is_open(text, start, at, quoted=quoted)
        return at + 1 if is_likely else None
    context = _context_at(text, start, at, quoted=quoted, lexicon=lexicon)
    if context is None or not _is_likely(context) or is_open(text, start, context.end, quoted=quoted):
        return None
    return context.end


def strength_of_end(text: str, at: int | None, *, quoted: bool, lexicon: Lexicon) -> EndStrength:
    """Return how complete `text` looks when no token has come for a while; `at` is its last undecided mark.

    More counts here than for provisional ends, because nothing follows at once: "Sure!" is strong, though the
    next token might have made it "Sure!!". What may be a part of a number or an address, and what a title or
    another abbreviation that ends no sentence stands before, is "none".
    """
    context = None if at is None else _last_mark(text, 0, at, quoted=quoted, lexicon=lexicon)
    is_end = context is not None and _is_end_of_sentence(context)
    if is_end and context is not None and not is_open(text, 0, context.end, quoted=quoted):
        return "strong"
    bare = text.rstrip()
    is_weak = bare[-1:] in marks.PAUSE_MARKS and is_speakable(bare, 0, len(bare))
    return "weak" if bare and is_weak and not _surely_goes_on(bare, context) else "none"


def _surely_goes_on(text: str, context: MarkContext | None) -> bool:
    """Whether a text ends inside a number or an address, or behind a title."""
    if _PARTIAL_NUMBER.search(text) and not _ENDS_IN_YEAR.search(text):
        return True
    if text[-1] != ".":
        return False
    word = text[:-1].rsplit(None, 1)[-1] if text[:-1].strip() else ""
    if _is_address(word) or context is None:
        return _is_address(word)
    kind = full_stop.kind_of_word(context.word_before(), context)
    if kind is full_stop.WordKind.BEFORE_NUMBER:
        return word.lower() not in full_stop.ALSO_PLAIN_WORDS
    return kind is full_stop.WordKind.NEVER_ENDS


def _is_end_of_sentence(context: MarkContext) -> bool:
    if context.mark not in marks.FULL_STOPS or context.is_ellipsis:
        return greek_or_armenian_mark(context) is None
    word = context.word_before()
    is_plain = full_stop.kind_of_word(word, context) is full_stop.WordKind.PLAIN
    return is_plain and not _is_address(word) and greek_or_armenian_mark(context) is None


def _is_address(word: str) -> bool:
    return any(sign in word for sign in _ADDRESS_SIGNS)


def _context_at(text: str, start: int, at: int, *, quoted: bool, lexicon: Lexicon) -> MarkContext | None:
    """The context of the mark at `at`, if there is something to speak before it."""
    if text[at] in marks.LINE_BREAKS or text[at] in marks.BULLETS + ")":
        return None
    context = context_of_mark(text, start, at, final=True, quoted=quoted, lexicon=lexicon)
    return context if is_speakable(text, start, context.end) else None


def _last_mark(text: str, start: int, at: int, *, quoted: bool, lexicon: Lexicon) -> MarkContext | None:
    """The same, if only white space follows the mark."""
    context = _context_at(text, start, at, quoted=quoted, lexicon=lexicon)
    return None if context is None or context.next_character else context


def _is_likely(context: MarkContext) -> bool:
    if greek_or_armenian_mark(context) is not None or context.is_ellipsis:
        return False
    if context.mark in marks.UNAMBIGUOUS_STOPS:
        return context.mark not in _CJK_STOPS or context.text[context.end - 1] not in _CJK_CLOSERS
    if not _has_three_words(context.text, context.start, context.at):
        return False
    if context.mark in marks.FULL_STOPS:
        return _ends_in_plain_word(context)
    if "!" in context.text[context.at : context.end]:
        return False
    return not context.closes_quote and context.word_before().lower() not in context.lexicon.brands


def _ends_in_plain_word(context: MarkContext) -> bool:
    word = context.word_before().rstrip(marks.WORD_CLOSERS)
    if word.isdigit():
        return len(word) == 4 and context.lexicon.language not in _LANGUAGES_WITH_YEAR_ORDINAL
    letters = word.replace("'", "").replace("’", "").replace("-", "")
    if full_stop.kind_of_word(word, context) is not full_stop.WordKind.PLAIN or not letters.isalpha():
        return False
    if _CAMEL_CASE.search(word):
        return False
    has_case = word.lower() != word.upper()
    return len(word) >= (_MIN_WORD_CHARS if has_case else 2) or word.lower() in context.lexicon.short_words


def _has_three_words(text: str, start: int, at: int) -> bool:
    return len(text[start:at].split(None, 2)) > 2


def is_open(text: str, start: int, end: int, *, quoted: bool) -> bool:
    """Return whether a quotation, bracket, code or emphasis is open at `end`: then the sentence goes on."""
    if quoted != (text.count('"', start, end) % 2 == 1):
        return True
    if _OPENER.search(text, start, end) is None:
        return False
    low_quotes = text.count("„", start, end)  # closed by “ in German and by ” in Polish
    return (
        text.count("“", start, end) > text.count("”", start, end) + 2 * low_quotes
        or low_quotes > text.count("“", start, end) + text.count("”", start, end)
        or (text.count("`", start, end) % 2 == 1 and marks.CODE_OPENER.search(text, start, end) is not None)
        or text.count("**", start, end) % 2 == 1
        or (text.count("*", start, end) - text.startswith("* ", start)) % 2 == 1
        or any(
            text.count(opener, start, end) > text.count(closer, start, end)
            for opener, closer in _BRACKET_PAIRS
        )
    )
