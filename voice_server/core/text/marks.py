"""Which characters end, open, close or divide a sentence, in every script the splitter knows.

Only facts about characters live here; what a mark means in its place is decided in `boundary.py`.
Every pattern is anchored by its caller or scans for single characters, so that none can backtrack.
"""

from __future__ import annotations

import re

LINE_BREAKS = "\n\r\v\f\x85\u2028\u2029"

FULL_STOPS = ".．"
"""Marks that also stand in abbreviations, numbers and names, so that they need their surroundings."""

LOUD_MARKS = "!?‼⁇⁈⁉"
"""Exclamation and question marks of the Latin family: they end nearly always, but come in runs."""

ELLIPSES = "…⋯"

SURE_STOPS = (
    "。！？｡"  # Chinese, Japanese
    "।॥"  # Devanagari and its relatives
    "۔؟"  # Urdu, Arabic, Persian
    "։"  # Armenian
    "\u037e"  # Greek question mark
    "።፧፨"  # Ethiopic
    "။"  # Myanmar
    "។៕"  # Khmer
    "།༎"  # Tibetan
    "܀܁܂"  # Syriac
    "߹"  # N'Ko
    "᠃᠉"  # Mongolian
    "꯫꩝꩞꩟꓿꘎꘏꛳꛷᭚᭛᱾᱿𑁇𑁈"  # Meetei, Cham, Lisu, Vai, Bamum, Balinese, Ol Chiki, Brahmi
    "⸮"
)
"""Marks that do nothing else than end sentences."""

OPENERS = "([{“‘„‚«‹「『（【《〈〔［｛〝⟨¿¡"
CLOSERS = ")]}”’»›」』）】》〉〕］｝〞〟⟩"
STRAIGHT_QUOTES = "\"'"
MARKDOWN = "*_~`"

CLAUSE_MARKS = ",;:，；：、،؛—–"

_MARKS = FULL_STOPS + LOUD_MARKS + ELLIPSES + SURE_STOPS


def _set(characters: str) -> str:
    return "[" + re.escape(characters) + "]"


STOP = re.compile(f"{_set(_MARKS + LINE_BREAKS)}|(?<=[\u0370-\u03ff\u1f00-\u1fff]);|(?<=[\u0561-\u0587]):")
"""The places a sentence may end. A Greek question mark is typed ';', an Armenian full stop ':'."""

MARK_RUN = re.compile(f"[{re.escape(_MARKS)};:]{_set(_MARKS)}*+")
CLOSER_RUN = re.compile(f"(?:{_set(CLOSERS + STRAIGHT_QUOTES + MARKDOWN)}|{_set(_MARKS)})*+")
SPACE_RUN = re.compile(r"\s*+")
SPEAKABLE = re.compile(r"[^\W_]")
