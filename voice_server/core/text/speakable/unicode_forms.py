"""One form of every character: what Unicode encodes in several ways reaches an engine in the way it knows.

Composed letters instead of letters with combining marks (NFC); plain letters and digits instead of bold, full
width, circled or presentation forms, ligatures and Roman numeral characters (NFKC, only where that changes no
meaning: x² stays); the ordinary space and hyphen instead of all others; one apostrophe within words; and
nothing in place of characters that are not displayed, or that only underline or strike out. What decides how
a word is pronounced stays, such as the joiners of Persian and Indic words. Source: Unicode Standard Annex 15,
and the decompositions of its database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from voice_server.core.text.offsets import Edit, OffsetMap, rewrite

_PLAIN = r"\t\n\r -_a-~À-ÖØ-öø-ÿ’“”„«»–—…€£"
"""Characters that are in plain form already, as a set of a pattern."""
_MAY_CHANGE = re.compile(rf"[^{_PLAIN}]|(?<=\d)['’](?=\d)")
"""Matches in every text that is changed; most English and western European sentences have none."""

_NOT_PLAIN = re.compile(f"[^{_PLAIN}]")

_LINE_ENDS = frozenset("\x85\u2028\u2029")
_EMOJI_SELECTOR = "\ufe0f"
"""Makes an emoji of the symbol before it; `symbols` drops it together with the emoji."""
_EMOJI_LETTERS = "ℹ"
_OTHER_SELECTORS = ("\ufe00", "\ufe0d"), ("\U000e0100", "\U000e01ef")
_HYPHENS = "\u2010\u2011"
_FLAG_LETTERS = ("\U000e0020", "\U000e007f")
_ARABIC_SIGNS_BEFORE_NUMBERS = ("\u0600", "\u0605")
_STRUCK = re.compile("[\u0305\u0332\u0333\u0335-\u0338\u20d0-\u20e2\u20e4-\u20f0]")
"""Marks that underline, strike out or frame the letter before them."""
_FILLERS = frozenset("\u034f\u115f\u1160\u3164\uffa0\ufffc")
_JOINERS = "\u200c\u200d"

_WITHOUT_OTHER_FORM = frozenset(
    "µ№"  # "micro" and "numero", which engines read
    "ⁿ"  # a power
    "\u0e33\u0eb3\u0edc\u0edd"  # ordinary letters of Thai and Lao
    "\u2135\u2136\u2137\u2138"  # the mathematician's aleph
)
_ORDINARY_JAMO = ("\u3131", "\u318e")
_JAMO_WITHIN_SYLLABLE = ("\u1160", "\u11ff")
_EMOJI_WORDS = ("\U0001f200", "\U0001f2ff")
"""Japanese words in squares, which are emoji."""
_NEGATIVE_LETTERS = ("\U0001f150", "\U0001f169"), ("\U0001f170", "\U0001f189")
"""White capital letters in black circles or squares, from A to Z; they have no decomposition."""
_NEGATIVE_DIGITS = ("\u24eb", "\u24ff"), ("\u2776", "\u2793")
"""Digits and numbers in circles that have no decomposition."""
_HALF_WIDTH_VOICING = "ﾞﾟ"

_OTHER_DRESS = re.compile(
    "<(?:font|noBreak|initial|medial|final|isolated|circle|square|vertical|narrow|small)>"
)
_SPOKEN_SIGNS_OF_FULL_WIDTH = frozenset("％＆＋＝＠－／")
"""Full width marks stay, as Chinese and Japanese sentences are written with them."""

_APOSTROPHES = "ʻʼ´‘‛′＇ꞌ`｀ʹʽʾʿˊˋ‵❛❜΄᾽᾿"
_LETTER = r"[^\W\d_]"
_CODE = re.compile(r"(?<![^\W_])`|`(?![^\W_])")
"""A backtick that does not stand within a word: then all of them are marks of code."""
_IN_CONTEXT = re.compile(
    rf"(?P<apostrophe>(?<=[^\W_])[{_APOSTROPHES}](?={_LETTER})|[ʻʼ](?={_LETTER})|(?<={_LETTER})[ʻʼ])"
    r"|(?P<grouping>(?<=\d)['’ʼ＇′´](?=\d{3}(?!\d)))"
    r"|(?P<mark>(?<=[A-Za-z0-9])[，．！？：；])"
    rf"|(?P<micro>(?<!{_LETTER})μ(?=[A-Za-z]))"
    r"|(?P<tag>(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]+)"
    rf"|(?P<joiner>(?<![\u0590-\u1dff\u2100-\u2bff\ua840-\uabff\ufe0f\U00010000-\U0010ffff])[{_JOINERS}]+)"
)
"""Characters that have another form beside certain others only."""
_PLAIN_MARKS = str.maketrans("，．！？：；", ",.!?:;")


def plain_form(text: str, *, keeps_backticks: bool = False) -> tuple[str, OffsetMap]:
    """Return `text` in plain form, and the map of its offsets to those in `text`.

    With `keeps_backticks` none of them is taken for an apostrophe: what marked code is gone.
    """
    if _MAY_CHANGE.search(text) is None:
        return text, OffsetMap.identity(len(text))
    plain, offsets = rewrite(text, _edits(text))
    changed, later = rewrite(
        plain, _edits_in_context(plain, keeps_backticks or _CODE.search(plain) is not None)
    )
    return changed, offsets.then(later)


def _edits(text: str) -> Iterator[Edit]:
    """What to change of each letter with its marks, whatever stands beside it."""
    may_change = set(_NOT_PLAIN.findall(text))
    if (
        all(map(_is_plain, may_change))
        and unicodedata.is_normalized("NFC", text)
        and not _STRUCK.search(text)
    ):
        return
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _is_joined_to_letter(text[end]):
            end += 1
        written = text[start:end]
        is_emoji = written.endswith(_EMOJI_SELECTOR) and (
            written[0] in _EMOJI_LETTERS or not written[0].isalpha()
        )
        if not is_emoji:
            bare = written.replace(_EMOJI_SELECTOR, "")
            composed = unicodedata.normalize("NFC", "".join(map(_plain, bare)))
            plain = _STRUCK.sub("", composed)
            if plain != written:
                yield Edit(start, end, _apart(plain, text, start, end))
        start = end


def _apart(plain: str, text: str, start: int, end: int) -> str:
    """A number that was one character, as "①", with spaces where letters or digits stand beside it."""
    if unicodedata.category(text[start]) != "No":
        return plain
    before, after = text[start - 1 : start], text[end : end + 1]
    space_before = " " if before.isalnum() else ""
    space_after = " " if after.isalnum() and _is_plain(after) else ""
    return space_before + plain + space_after


def _edits_in_context(text: str, keeps_backticks: bool) -> Iterator[Edit]:
    for found in _IN_CONTEXT.finditer(text):
        match found.lastgroup:
            case "apostrophe":
                plain = found[0] if found[0] == "`" and keeps_backticks else "'"
            case "micro":
                plain = "µ"
            case "mark":
                plain = _plain_mark(text, found.start())
            case _:
                plain = ""
        if plain != found[0]:
            yield Edit(*found.span(), plain)


def _plain_mark(text: str, at: int) -> str:
    """The ordinary form of a full width mark behind a Latin letter or a digit, and the space in it."""
    after = text[at + 1 : at + 2]
    is_in_number = text[at - 1].isdigit() and after.isdigit()
    return text[at].translate(_PLAIN_MARKS) + (" " if after.isalnum() and not is_in_number else "")


def _is_plain(character: str) -> bool:
    return _plain(character) == character


@lru_cache(maxsize=8192)
def _plain(character: str) -> str:
    """The plain form of one character: itself, other characters, or nothing."""
    category = unicodedata.category(character)
    if category[0] in "ZC":
        return _plain_space_or_control(character, category)
    if character in _FILLERS or _is_within(character, _OTHER_SELECTORS):
        return ""
    if character in _HYPHENS:
        return "-"
    form, _, code_points = unicodedata.decomposition(character).rpartition("> ")
    if not form:
        return _plain_negative(character)
    if not _keeps_meaning(character, category, form + ">"):
        return character
    plain = "".join(chr(int(code_point, 16)) for code_point in code_points.split())
    return "".join(map(_plain, plain.lstrip(" ")))


def _plain_space_or_control(character: str, category: str) -> str:
    if character in "\t\n\r " + _JOINERS or category in ("Cn", "Cs"):
        return character
    if character in _LINE_ENDS:
        return "\n"
    if character.isspace():
        return " "
    is_displayed = _is_within(character, (_FLAG_LETTERS, _ARABIC_SIGNS_BEFORE_NUMBERS))
    return character if is_displayed else ""


def _plain_negative(character: str) -> str:
    for first, last in _NEGATIVE_LETTERS:
        if first <= character <= last:
            return chr(ord("A") + ord(character) - ord(first))
    if _is_within(character, _NEGATIVE_DIGITS):
        return str(int(unicodedata.numeric(character)))
    return character


def _keeps_meaning(character: str, category: str, form: str) -> bool:
    """Whether a compatibility decomposition, which has the tag `form`, is said as the character is."""
    if character in _WITHOUT_OTHER_FORM or _is_within(character, (_ORDINARY_JAMO, _EMOJI_WORDS)):
        return False
    match form:
        case "<super>" | "<sub>":
            return category == "Lm"
        case "<wide>":
            return category[0] in "LN" or category == "Sc" or character in _SPOKEN_SIGNS_OF_FULL_WIDTH
        case "<compat>":
            return category[0] == "L" or category in ("Nl", "No", "So")
        case _:
            return _OTHER_DRESS.fullmatch(form) is not None


def _is_joined_to_letter(character: str) -> bool:
    """Whether a character may be composed with the letter before it."""
    return (
        unicodedata.category(character)[0] == "M"
        or _is_within(character, (_JAMO_WITHIN_SYLLABLE,))
        or character in _HALF_WIDTH_VOICING
    )


def _is_within(character: str, ranges: tuple[tuple[str, str], ...]) -> bool:
    return any(first <= character <= last for first, last in ranges)
