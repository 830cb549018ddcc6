"""Where to cut inside a sentence.

A sentence longer than the hard cap is cut at a clause mark, else before a conjunction or a preposition, else
at a space, else anywhere. The first piece of a text may end at a clause mark, so that speech can begin
earlier.
"""

from __future__ import annotations

import re

from voice_server.core.text.splitting import marks
from voice_server.core.text.splitting.boundary import Decision, Verdict, is_speakable

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


def cut_overlong(text: str, start: int, soft: int, hard: int) -> tuple[int, str]:
    """Return where to cut a sentence that is longer than text[start:hard], and why there.

    A clause mark behind `soft` is best. The part has a quarter of text[start:hard] at least, unless there is
    only a space to cut at.
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
        end = _last_match_end(pattern, text, low, hard)
        if end is not None:
            return end, f"over-long, {reason}"
    return hard, "over-long"


def decide_clause(text: str, start: int, at: int, shortest: int, *, final: bool) -> Verdict:
    """Decide whether the first piece, which begins at `start`, ends at the clause mark at `at`.

    It has `shortest` characters at least, and something of the sentence must be left; `final` says that no
    more text will come.
    """
    end = at + 1
    after = text[end : end + _MIN_REMAINDER + 1]
    is_inside_token = after and not after[0].isspace() and text[at] in ",;:—–"
    if end - start < shortest or is_inside_token or not is_speakable(text, start, end):
        return Verdict(Decision.HOLD, end, "too short")
    if marks.CANDIDATE_END.search(after) or (final and len(after) <= _MIN_REMAINDER):
        return Verdict(Decision.HOLD, end, "little is left over")
    if len(after) <= _MIN_REMAINDER:
        return Verdict(Decision.WAIT, end, "more text is needed")
    if text.count('"', start, end) % 2 or text.count("“", start, end) > text.count("”", start, end):
        return Verdict(Decision.HOLD, end, "inside a quotation")
    return Verdict(Decision.CUT, end, "first piece, clause mark")


def _last_match_end(pattern: re.Pattern[str], text: str, low: int, high: int) -> int | None:
    end = None
    for found in pattern.finditer(text, low, min(high + 1, len(text))):
        if found.end() <= high:
            end = found.end()
    return end
