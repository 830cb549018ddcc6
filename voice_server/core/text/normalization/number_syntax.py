"""Numbers as they are written: grouped or not, with either decimal mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

Gender = str
"""Of what is counted ("masculine", "feminine"), in RBNF's names; "" while nothing is, as in "page two"."""

NUMBER: Final = (
    r"(?:\d{1,3}(?:(?:,\d{3}){1,8}+|(?:\.\d{3}){1,8}+|(?:'\d{3}){1,8}+|(?:[ ]\d{3}){1,8}+)(?!\d)"
    r"(?:[.,]\d{1,20}+(?![.,]?\d))?+"
    r"|\d{1,2}(?:,\d{2}){1,6},\d{3}(?!\d)(?:\.\d{1,20}+)?+"
    r"|\d{1,40}+(?:[.,]\d{1,20}+)?+)"
)
"""The source of a pattern of one."""
_LARGEST_VALUE: Final = 1e15
"""Babel fails where a number and its decimals have more than 28 digits."""


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number: its digits before and behind the decimal mark, which are as written ("2.50")."""

    whole: str
    fraction: str = ""

    @property
    def value(self) -> float:
        """About how much it is: what plural forms are chosen by; beyond 10^15 they do not change any more."""
        return min(float(f"{self.whole}.{self.fraction or 0}"), _LARGEST_VALUE)


def parse_number(written: str, decimal_mark: str) -> WrittenNumber:
    """Read a match of `NUMBER` in a language with this decimal mark.

    Of two kinds of marks the last is the decimal one. One mark before exactly three digits groups them where
    the language has another decimal mark; elsewhere it is a decimal mark, whatever the language.
    """
    bare = written.replace(" ", "").replace("'", "")
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return WrittenNumber(bare)
    mark = bare[last]
    before, behind = bare[:last], bare[last + 1 :]
    is_alone = "." not in before and "," not in before
    if not is_alone and mark in before:
        return WrittenNumber(bare.replace(mark, ""))
    groups = len(behind) == 3 and len(before) <= 3 and not before.startswith("0") and mark != decimal_mark
    if is_alone and groups:
        return WrittenNumber(before + behind)
    return WrittenNumber(before.replace(".", "").replace(",", ""), behind)
