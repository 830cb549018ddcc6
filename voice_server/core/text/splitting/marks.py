"""Which characters end, open, close or divide a sentence, in every script the splitter knows.

Only facts about characters live here; what a mark means in its place is decided in `boundary.py`. Every
pattern is used anchored or scans for single characters, and its repetitions are possessive, so that none
can backtrack.
"""

from __future__ import annotations

import re

LINE_BREAKS = "\n\r\v\f\x85\u2028\u2029"

FULL_STOPS = ".．"
"""Marks that also stand in abbreviations, numbers and names, so that they need their surroundings."""

LOUD_MARKS = "!?‼⁇⁈⁉;"
"""Exclamation and question marks of the Latin family (';' asks in Greek): they nearly always end, but in
runs."""

ELLIPSES = "…⋯"

SURE_STOPS = (
    "。！？｡"  # Chinese, Japanese
    "।॥"  # Devanagari and its relatives
    "۔؟"  # Urdu, Arabic, Persian
    "։:"  # Armenian, and how it is typed
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

OPENERS = "([{“„‚‘«‹「『（【《〈〔［｛〝⟨¿¡"
CLOSERS = ")]}”’»›」』）】》〉〕］｝〞〟⟩"
QUOTES = "\"'“”„‟«»‹›‘’「」『』〝〞〟"
MARKDOWN = "*_~`"
OPENING = OPENERS + QUOTES + MARKDOWN
"""What may open a sentence before its first letter."""
CLOSING = CLOSERS + QUOTES + MARKDOWN
BULLETS = "•●▪◦⁃"
DASHES = "-–—―"
CODE = re.compile("(?<!\\w)`")
"""A backtick that opens; in Armenian it is typed behind a word, as a pause."""

CLAUSE_MARKS = ",;:，；：、،؛—–"

CONTINUING = ",;:%)]}，；：、،؛）］｝№|/="
"""After a mark and its closers, these say that the sentence goes on."""

PAUSES = CLAUSE_MARKS + FULL_STOPS + LOUD_MARKS + ELLIPSES + SURE_STOPS + CLOSERS.replace("’", "") + '"'
"""Signs after which a speaker may pause: what the buffer ends in when a pause timer may hand it out."""

_MARKS = ".．!?‼⁇⁈⁉…⋯" + SURE_STOPS.replace(":", "")


def _set(characters: str) -> str:
    return "[" + re.escape(characters) + "]"


_ALWAYS = re.escape(_MARKS + LINE_BREAKS) + BULLETS
STOP = re.compile(
    f"[{_ALWAYS};:)](?:(?<=[{_ALWAYS}])"
    r"|(?<=[\u0370-\u03ff\u1f00-\u1fff];)|(?<=[\u0561-\u0587)»….]:)"
    r"|(?<=\s\w\))|(?<=\s\w\w\))|(?<=\s\w\w\w\)))"
)
"""The places where a sentence may end: marks, line breaks, and labels of list items on one line ("2)", "•").

A Greek question mark is typed ';', an Armenian full stop ':'. (One set and a look behind: that is what the
engine scans for fastest.)"""

RUN = re.compile(f"(?:[ \u00a0]?{_set(_MARKS)}(?!\\w))*+")
"""Further marks: "?!", "...", and the spaced ". . ."; a dot that opens ".NET" or ".5" is none of them."""

CLOSER_RUN = re.compile(f"(?:[{re.escape(CLOSERS + MARKDOWN + _MARKS)}]|[\"'“«‹](?!\\w))*+")
"""Closing quotes and brackets and markdown emphasis behind a mark; a straight quote before a word opens."""

REFERENCE = re.compile(r"(?: ?\[(?:\d{1,3}|\.{3}|…)\])++|[⁰¹²³⁴-⁹]++")
REFERENCE_BEGUN = re.compile(r" ?\[(?:\d{0,3}|\.{0,3}|…)\Z")
"""Note marks: "gas.[1]", "gas. [1][2]", and a cut quotation "[...]"."""

EMOJI = "\u2600-\u26ff\u2728\u2764\U0001f300-\U0001faff"
EMOJI_TAIL = re.compile(f"(?: ?[{EMOJI}][{EMOJI}\ufe0f\u200d]*+)++| ?[:;=]-?[)(DP](?![\\w(])")
EMOJI_TAIL_BEGUN = re.compile(r" ?[:;=]-?\Z")
EMOJI_HEAD = re.compile(f"[{EMOJI}]")

SPACES = re.compile(r"\s*+")
SPEAKABLE = re.compile(r"[^\W_]")
LETTERS = re.compile(r"[^\W_]{1,24}+")
WORD = re.compile(r"[^\W_]{1,24}+(?:['’-][^\W_]{1,12}+)?")
ROMAN = re.compile(r"[IVXLC]{1,7}")
LABEL = re.compile(
    rf"[-*{BULLETS}‣·+#>–—|\s]*+"
    r"(?:[*_]{0,2}[(\[]?(?:(?:\d{1,4}|[A-Za-z])(?:\.\d{1,3}){0,3}|[ivx]{2,5}|[IVX]{2,5})(?:[.)\]:]{1,2}|\s*\Z)[*_]{0,2})?"
)
"""A bullet and a list item's number or letter, which must not stand alone."""

CONSONANTS = re.compile(
    "[bcdfghjklmnpqrstvwxzßçčćďđłĺľňñńŕřšśșťțžźżбвгґджзйклмнпрстфхцчшщьβγδζθκλμνξπρσςτφχψ]{2,5}"
)
"""A word without a vowel is likely to be an abbreviation."""
