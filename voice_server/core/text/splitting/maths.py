r"""Formulas in TeX, inside which no sentence ends: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, `\begin{…}…\end{…}`.

A formula within a line ends in that line; a displayed one may have several lines. Amounts of money are none
("It costs $5. I paid $6."), nor are names of variables ("$HOME"). How far ahead the end of a formula is
looked for is bounded, so that an opening sign alone holds no text for ever.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from voice_server.core.text.splitting.mark_context import MoreTextNeeded

LONGEST_FORMULA = 600
"""Characters of a displayed formula at most."""
_LONGEST_INLINE = 160
_OPENER = re.compile(
    r"(?<!\\)(?:\$\$|(?<![A-Za-z0-9])\$(?![\s$`.,;:!?)]|\Z)|\\[(\[]|\\begin\{(?P<name>\w{1,20}\*?)\})"
)
_INLINE_END = re.compile(r"(?:[^$`\n\\]|\\[^\n])*+(?P<sign>\$)?")
_AMOUNT = re.compile(
    r"\$\d[\d,.]*+(?:(?<=[.,])(?=[\s)\"'”’\]*])|(?=[!?;:)\]%\"'”’*|\n—–]|-\D|/[A-Za-z]{2})"
    r"|(?=[^\S\n]+(?:[A-Za-z]{2}|[^\x00-\x7f]|[aA]\s|[(—–-]))|(?=[kKMBTmb]{1,2}(?![\w^\\])|[^\W\d_]{2}))"
)
"""A sum of dollars, told from the beginning of a formula ("$5x$") by what follows the number."""
_VARIABLE = re.compile(r"\$[A-Z_][A-Z_\d]++(?=[.,;:!?)/]|[^\S\n]+[^\W\d_]{2})")
"""A variable of a shell: "$HOME is set"."""
_TRAILING_MARKS = re.compile(r"[^\S\n]?[.,;:!?]")


class Formula(NamedTuple):
    """A formula text[start:end]; `is_display`: it has several lines, and so is a sentence by itself."""

    start: int
    end: int
    is_display: bool


def may_contain(text: str) -> bool:
    """Return whether the text has a sign with which formulas begin."""
    return "$" in text or "\\" in text


def formula_at(text: str, start: int, at: int, *, final: bool) -> Formula | None:
    """Return the formula of the sentence text[start:] that `at` lies in, or None.

    Raises `MoreTextNeeded` while its end may still come; `final` says that no more text will.
    """
    opener = _OPENER.search(text, start)
    while opener is not None and opener.start() < at:
        is_code = text.count("`", start, opener.start()) % 2 == 1
        end = None if is_code else _end_of(text, opener, final=final)
        if end is not None and end > at:
            return Formula(opener.start(), end, "\n" in text[opener.start() : end])
        opener = _OPENER.search(text, opener.end() if end is None else end)
    return None


def end_of_display(text: str, formula: Formula, *, final: bool) -> int:
    """Return where a displayed formula ends with the marks behind it. Raises `MoreTextNeeded`."""
    if not final and not text[formula.end : formula.end + 2].strip() and "\n" not in text[formula.end :]:
        raise MoreTextNeeded
    marks = _TRAILING_MARKS.match(text, formula.end)
    return marks.end() if marks else formula.end


def _end_of(text: str, opener: re.Match[str], *, final: bool) -> int | None:
    """Where the formula ends that begins with `opener`; None if it is no formula."""
    sign = opener[0]
    if sign == "$":
        return _end_of_inline(text, opener.start(), final=final)
    closer = {"$$": "$$", "\\(": "\\)", "\\[": "\\]"}.get(sign) or f"\\end{{{opener['name']}}}"
    longest = _LONGEST_INLINE if sign == "\\(" else LONGEST_FORMULA
    end = text.find(closer, opener.end(), opener.start() + longest)
    if end >= 0:
        return end + len(closer)
    if len(text) < opener.start() + longest and not final:
        raise MoreTextNeeded
    return None


def _end_of_inline(text: str, start: int, *, final: bool) -> int | None:
    if _AMOUNT.match(text, start) or _VARIABLE.match(text, start):
        return None
    limit = start + _LONGEST_INLINE
    found = _INLINE_END.match(text, start + 1, limit)
    assert found is not None  # it matches the empty text
    if found["sign"] is None:
        if found.end() == len(text) and len(text) < limit and not final:
            raise MoreTextNeeded
        return None
    if not final and found.end() == len(text):
        raise MoreTextNeeded
    is_closer = not text[found.end() - 2].isspace() and not text[found.end() : found.end() + 1].isdigit()
    return found.end() if is_closer else None
