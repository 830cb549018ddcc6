"""Which characters end, open, close or divide a sentence, in every script that the splitter knows.

Only facts about characters are kept here; what a mark means in its context is decided in `boundary.py`. Every
pattern is matched at a fixed offset or searches for single characters, and its repetitions are possessive, so
that none can backtrack.
"""

from __future__ import annotations

import re

LINE_BREAKS = "\n\r\v\f\x85\u2028\u2029"

FULL_STOPS = ".．"
"""Marks that also occur in abbreviations, numbers and names, so that their context decides."""

EMOJI_MARKS = "❗❓❕❔"
"""Emoji that are marks where they stand directly behind a word."""

QUESTION_AND_EXCLAMATION_MARKS = "!?‼⁇⁈⁉;" + EMOJI_MARKS
"""Exclamation and question marks of the Latin family; they nearly always end a sentence. (';' is the question
mark of Greek.)"""

ELLIPSES = "…⋯"

UNAMBIGUOUS_STOPS = (
    "。！？｡"  # Chinese, Japanese
    "।॥"  # Devanagari and its relatives
    "۔؟"  # Urdu, Arabic, Persian
    "։:"  # Armenian, and how it is typed
    "\u037e"  # Greek question mark
    "።፧፨፡"  # Ethiopic; the last one is typed twice
    "။"  # Myanmar
    "។៕"  # Khmer
    "།༎"  # Tibetan
    "܀܁܂"  # Syriac
    "߹"  # N'Ko
    "᠃᠉"  # Mongolian
    "꯫꩝꩞꩟꓿꘎꘏꛳꛷᭚᭛᱾᱿"  # Meetei, Cham, Lisu, Vai, Bamum, Balinese, Ol Chiki
    "⸮"
)
"""Marks that have no other use than to end sentences."""

OPENERS = "([{“„‚‘«‹「『（【《〈〔［｛〝⟨¿¡"
CLOSERS = ")]}”’»›」』）】》〉〕］｝〞〟⟩"
QUOTES = "\"'“”„‟«»‹›‘’「」『』〝〞〟"
MARKDOWN = "*_~`"
SENTENCE_OPENERS = OPENERS + QUOTES + MARKDOWN
"""What may stand before the first letter of a sentence."""
WORD_CLOSERS = CLOSERS + QUOTES + MARKDOWN
"""What may stand between the last letter of a word and a mark."""
BULLETS = "•●▪◦⁃"
DASHES = "-–—―"
CODE_OPENER = re.compile("(?<!\\w)`")
"""A backtick that opens code; behind a word it is an Armenian pause mark."""

CLAUSE_MARKS = ",;:，；：、،؛—–"

CONTINUATIONS = ",;:%)]}，；：、،؛）］｝№|/="
"""After a mark and its closers, one of these shows that the sentence goes on."""

PAUSE_MARKS = (
    CLAUSE_MARKS
    + FULL_STOPS
    + QUESTION_AND_EXCLAMATION_MARKS
    + ELLIPSES
    + UNAMBIGUOUS_STOPS
    + CLOSERS.replace("’", "")
    + '"'
)
"""Where a speaker may pause: if the buffer ends in one of these, the pause timer may hand it out."""

_MARKS = ".．!?‼⁇⁈⁉…⋯" + UNAMBIGUOUS_STOPS.translate({ord(":"): None, ord("፡"): None})
FACES = "\U0001f600-\U0001f64f✨♪♡☆★"
"""Emoji that end a sentence between Chinese or Japanese words, where they stand instead of a mark."""


def _set(characters: str) -> str:
    return "[" + re.escape(characters) + "]"


_ALWAYS = re.escape(_MARKS + LINE_BREAKS) + BULLETS
_CJK_LETTERS = "\u3040-\u30ff\u3400-\u9fff"
CANDIDATE_END = re.compile(
    f"[{_ALWAYS};:)፡）{EMOJI_MARKS}{FACES}](?:(?<=[{_ALWAYS}])"
    r"|(?<=[\w)»”];)|(?<=[\u0561-\u0587)»….]:)|(?<=[\u1200-\u135f]::)|(?<=[\u1200-\u135f]፡፡)"
    r"|(?<=\s\w\))|(?<=\s\w\w\))|(?<=\s\w\w\w\))|(?<=\s\(\w\))|(?<=\s\(\w\w\))"
    rf"|(?<=（[笑泣汗爆怒涙]）)|(?<=\w[{EMOJI_MARKS}])|(?<=[{_CJK_LETTERS}」）][{FACES}]))"
)
"""Where a sentence may end: at a mark, at a line break, or before a list item on the same line ("2)", "•").

A Greek question mark is typed ';', an Armenian full stop ':', an Ethiopic one '::'. In Chinese and Japanese
an aside in full-width brackets ("笑") or an emoji may stand instead of a mark. (One character set and a
lookbehind, because `re` searches for that fastest.)"""

INVISIBLE = "\u00ad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
"""Characters that are not displayed, as a set of a pattern; without the joiners, which are part of words."""

GAP = re.compile(rf"[\s{INVISIBLE}]*+")
"""White space, and what is not displayed, between a mark and the next word."""

MARK_RUN = re.compile(f"(?:[ \u00a0]?{_set(_MARKS)}(?!\\w))*+")
"""Further marks of a run: "?!", "...", and the spaced ". . ."; not the dot that begins ".NET" or ".5"."""

CLOSER_RUN = re.compile(f"(?:[{re.escape(CLOSERS + MARKDOWN + _MARKS)}{INVISIBLE}]|[\"'“«‹](?!\\w))*+")
"""Closing quotes, brackets and Markdown emphasis behind a mark; a straight quote before a word is none."""

NOTE_REFERENCE = re.compile(r"(?: ?\[(?:\d{1,3}|\.{3}|…)\])++|[⁰¹²³⁴-⁹]++")
"""References to notes, "gas.[1]" or "gas. [1][2]", and the mark of an omission, "[...]"."""
GLUED_NOTE_NUMBER = re.compile(r"\d{1,3}+(?:[,–-]\d{1,3}+)*+(?=(?P<behind>\s++\S|\s*+\Z)?)")
"""The number of a note that is typed as a plain number behind a mark, "early.7 No", "little.12,13 So"."""
PARTIAL_NOTE_REFERENCE = re.compile(r" ?\[(?:\d{0,3}|\.{0,3}|…)\Z")
"""The beginning of a `NOTE_REFERENCE` at the end of the text."""

EMOJI = "\u2600-\u26ff\u2728\u2764\U0001f300-\U0001faff"
TRAILING_EMOJI = re.compile(f"(?: ?[{EMOJI}][{EMOJI}\ufe0f\u200d]*+)++| ?[:;=]-?[)(DP](?![\\w(])")
PARTIAL_EMOTICON = re.compile(r" ?[:;=]-?\Z")
LEADING_EMOJI = re.compile(f"[{EMOJI}]")
"""An emoji with which a sentence begins: such a text uses emoji as bullets, not at the ends of sentences."""

WHITE_SPACE = re.compile(r"\s*+")
SPEAKABLE = re.compile(r"[^\W_]")
LETTERS = re.compile(r"[^\W_]{1,24}+")
WORD = re.compile(r"[^\W_]{1,24}+(?:['’-][^\W_]{1,12}+)?")
ROMAN_NUMERAL = re.compile(r"[IVXLC]{1,7}")
ITEM_LABEL = re.compile(
    rf"[-*{BULLETS}‣·+#>–—|\s]*+"
    r"(?:[*_]{0,2}[(\[]?(?:(?:\d{1,4}|[A-Za-z])(?:\.\d{1,3}){0,3}|[ivx]{2,5}|[IVX]{2,5})(?:[.)\]:]{1,2}|\s*\Z)[*_]{0,2})?"
)
"""A list item's bullet, number or letter, which must not become a piece of its own."""

WORD_WITHOUT_VOWEL = re.compile(
    "[bcdfghjklmnpqrstvwxzßçčćďđłĺľňñńŕřšśșťțžźżбвгґджзйклмнпрстфхцчшщьβγδζθκλμνξπρσςτφχψ]{2,5}"
)
"""A word that is likely to be an abbreviation."""
