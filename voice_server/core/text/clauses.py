"""Where to cut inside a sentence when it must be cut: at a clause, else at a space, else anywhere."""

from __future__ import annotations

import re

from voice_server.core.text import marks

_CLAUSE_END = re.compile(f"[{re.escape(marks.CLAUSE_MARKS)}](?=\\s)|[，；：、،؛]")
_CONJUNCTION = re.compile(r"\s(?=(?:and|or|but|that|which|because|und|oder|aber|et|ou|mais|y|o|pero)\s)")


def cut_long(text: str, start: int, soft: int, hard: int) -> tuple[int, str]:
    """The end of the first part of a sentence that is longer than text[start:hard], and why there."""
    middle = (start + hard) // 2
    for low, high in ((soft, hard), (middle, soft)):
        end = _last(_CLAUSE_END, text, low, high)
        if end is not None:
            return end, "over-long: clause mark"
    end = _last(_CONJUNCTION, text, middle, hard)
    if end is not None:
        return end, "over-long: conjunction"
    end = _last(re.compile(r"\s"), text, start + 1, hard)
    if end is not None:
        return end, "over-long: space"
    return hard, "over-long"


def _last(pattern: re.Pattern[str], text: str, low: int, high: int) -> int | None:
    end = None
    for found in pattern.finditer(text, low, min(high + 1, len(text))):
        if found.end() <= high:
            end = found.end()
    return end
