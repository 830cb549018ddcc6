"""Where to cut inside a sentence.

A sentence longer than the hard cap is cut at a clause mark, else before a conjunction or a preposition, else
at a space, else between two written characters; never inside a formula. The first piece of a text may end at
a clause mark, so that speech can begin earlier, but not inside brackets, quotations or code, between names
or before a digit.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import regex

from voice_server.core.text.splitting import marks
from voice_server.core.text.splitting.boundary import Decision, Verdict, is_speakable
from voice_server.core.text.splitting.provisional import is_open
from voice_server.core.text.splitting.speech_length import speech_length

_MIN_REMAINDER = 8
"""Characters that must follow a clause mark within the sentence, so that the next piece is not too short."""

CLAUSE_MARK = re.compile(f"[{marks.CLAUSE_MARKS}]")
_CLAUSE_END = re.compile(f"[,;:—–](?=\\s)|[{re.escape('，；：、،؛')}]")
_CONJUNCTION = re.compile(
    r"\s(?=(?:and|or|but|that|which|because|while|und|oder|aber|dass|weil|et|ou|mais|que|y|o|pero|e|ma|che|и|а|но|что)\s)"
)
_PREPOSITION = re.compile(
    r"\s(?=(?:in|on|at|for|with|from|by|about|into|over|under|after|before|between|through|during|without|than"
    r"|who|whose|where|when|if|as|so|to|auf|bei|mit|nach|aus|für|über|unter|vor|durch|ohne|um|wo|wenn|als|ob|zu"
    r"|dans|sur|avec|pour|par|sans|chez|dont|où|si|con|por|para|sin|sobre|donde|cuando|per|tra|dove|quando"
    r"|com|sem|op|met|voor|naar|bij|na|do|przy|dla|в|на|с|к|по|от|из|у|за|для|без|при|как|когда|где)\s)"
)
_SPACE = re.compile(r"\s")
_LINE_BREAK = re.compile(r"\n")
_GRAPHEME_CLUSTER = regex.compile(r"\X")
_LEADING_VOWELS = "เแโใไເແໂໃໄ"
"""Vowels of Thai and Lao that are written before the consonant with which they are one syllable."""
_NAME_BEFORE = re.compile(r"\s[^\W\d_a-z][^\W\d_]*+[\"'”’)]*\Z")
_NAME_BEHIND = re.compile(
    r"\s(?:(?:and|or|und|oder|et|ou|y|o|e|en|og|och|&)\s)?(?!I\b)[A-Z\u00c0-\u00de\u0391-\u03a9\u0410-\u042f]"
)
"""Between such two, a comma joins names: "Anna, Bob", "Oslo, and Rome"."""


def cut_overlong(
    text: str, start: int, soft: int, hard: int, may_end: Callable[[int], bool] = lambda _: True
) -> tuple[int, str] | None:
    """Return where to cut a sentence that is longer than text[start:hard], and why there.

    A clause mark behind `soft` is best. The part has a quarter of text[start:hard] at least, unless there is
    only a space to cut at. Of these places only those are taken where it `may_end`; None if there is none.
    """
    quarter = start + max(1, (hard - start) // 4)
    for pattern, low, reason in (
        (_LINE_BREAK, quarter, "line break"),
        (_CLAUSE_END, soft, "clause mark"),
        (_CLAUSE_END, quarter, "clause mark"),
        (_CONJUNCTION, quarter, "conjunction"),
        (_PREPOSITION, quarter, "preposition"),
        (_SPACE, start + 1, "space"),
    ):
        end = _last_match_end(pattern, text, low, hard, may_end)
        if end is not None:
            return end, f"over-long, {reason}"
    end = _last_character_end(text, start, hard)
    return (end, "over-long") if may_end(end) else None


def _last_character_end(text: str, start: int, hard: int) -> int:
    """The last offset up to `hard` at which text[start:] may be cut between syllables and emoji.

    These are grapheme clusters (Unicode Standard Annex 29); a cluster that is longer is cut at `hard`.
    """
    end = 0
    for cluster in _GRAPHEME_CLUSTER.finditer(text[start : hard + 1]):
        if cluster.end() <= hard - start and text[start + cluster.end() - 1] not in _LEADING_VOWELS:
            end = cluster.end()
    return start + end if end else hard


def may_end_first_piece(text: str, start: int, end: int) -> bool:
    """Return whether the first piece may end at `end`: not inside brackets or code, nor before a digit."""
    return not text[end : end + 2].strip()[:1].isdigit() and not is_open(text, start, end, quoted=False)


def decide_clause(text: str, start: int, at: int, shortest: int, *, final: bool) -> Verdict:
    """Decide whether the first piece, which begins at `start`, ends at the clause mark at `at`.

    It has `shortest` characters at least, and something of the sentence must be left; `final` says that no
    more text will come.
    """
    end = at + 1
    after = text[end : end + _MIN_REMAINDER + 1]
    is_inside_token = after and not after[0].isspace() and text[at] in ",;:—–"
    if speech_length(text, start, end) < shortest or is_inside_token or not is_speakable(text, start, end):
        return Verdict(Decision.HOLD, end, "too short")
    if marks.CANDIDATE_END.search(after) or (final and len(after) <= _MIN_REMAINDER):
        return Verdict(Decision.HOLD, end, "little is left over")
    if len(after) <= _MIN_REMAINDER:
        return Verdict(Decision.WAIT, end, "more text is needed")
    if not may_end_first_piece(text, start, end):
        return Verdict(Decision.HOLD, end, "inside a bracket, a quotation or code, or before a digit")
    if text[at] == "," and _NAME_BEHIND.match(text, end) and _NAME_BEFORE.search(text, start, at):
        return Verdict(Decision.HOLD, end, "between names")
    return Verdict(Decision.CUT, end, "first piece, clause mark")


def _last_match_end(
    pattern: re.Pattern[str], text: str, low: int, high: int, may_end: Callable[[int], bool]
) -> int | None:
    ends = [found.end() for found in pattern.finditer(text, low, min(high + 1, len(text)))]
    return next((end for end in reversed(ends) if end <= high and may_end(end)), None)
