"""Cuts texts into portions that the library can process.

espeak-ng keeps one clause in lists of fixed length, about a thousand sounds, and does not check every access
to them: a long run of emoji, digits, or letters of a script that the voice spells out one by one can end the
process. So a text is passed on in portions that cannot fill those lists, cut between words. A portion holds a
few hundred letters of the voice's own script, so that ordinary sentences are never cut.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_SOUNDS = 900  # of the library's 1000
_LETTER, _DIGIT, _MARK, _IDEOGRAPH, _FOREIGN = 3, 7, 1, 4, 20
_ORDINARY = re.compile(r"[A-Za-z \n.,;:!?'\"()-]{0,300}")
_MARKS = frozenset(".,;:!?'\"()-‘’“”…–—。，、！？「」؟،।")
_IDEOGRAPHS = frozenset({"CJK", "HANGUL", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
_SCRIPTS = {
    "CYRILLIC": "ru uk be bg sr mk bs kk ky tt ba cv nog tk uz ug",
    "GREEK": "el grc",
    "ARABIC": "ar fa ur sd ug ku",
    "HEBREW": "he",
    "DEVANAGARI": "hi mr ne kok",
    "BENGALI": "bn as bpy",
    "GURMUKHI": "pa",
    "GUJARATI": "gu",
    "ORIYA": "or",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "THAI": "th",
    "MYANMAR": "my shn",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy hyw",
    "ETHIOPIC": "am ti",
    "CHEROKEE": "chr",
    "SHAVIAN": "en",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "KATAKANA-HIRAGANA": "ja",
    "CJK": "cmn yue hak ja",
}
_SPEAKERS = {script: frozenset(languages.split()) for script, languages in _SCRIPTS.items()}


def portions(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Where each portion of `text` begins and ends, for a voice of `language` (`en`, `cmn`)."""
    if _ORDINARY.fullmatch(text):
        yield 0, len(text)
        return
    start, gap, sounds, sounds_at_gap = 0, 0, 0, 0
    for at, character in enumerate(text):
        cost = _cost(character, language)
        if sounds + cost > _SOUNDS:
            end = gap if gap > start else at
            yield start, end
            sounds -= sounds_at_gap if gap > start else sounds
            start, gap, sounds_at_gap = end, end, 0
        sounds += cost
        if character.isspace():
            gap, sounds_at_gap = at + 1, sounds
    yield start, len(text)


@lru_cache(4096)
def _cost(character: str, language: str) -> int:
    """The most sounds that a character may become."""
    if character in _MARKS or character.isspace():
        return _MARK
    if character.isdigit():
        return _DIGIT
    script = unicodedata.name(character, "").partition(" ")[0]
    if unicodedata.combining(character) or script == "LATIN":
        return _LETTER
    if language in _SPEAKERS.get(script, ()):
        return _IDEOGRAPH if script in _IDEOGRAPHS else _LETTER
    return _FOREIGN
