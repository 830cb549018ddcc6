"""Feet and inches in English: 5'11", 5 ft 7 in, a 27" screen, 8 in long."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voice_server.core.text.normalization.number_syntax import WrittenNumber
from voice_server.core.text.normalization.prefilter import any_of
from voice_server.core.text.normalization.rule import Language, Rule, describes_noun
from voice_server.core.text.offsets import Edit

_FEET = re.compile(r"(?<![\w.,])(?P<feet>\d{1,3})['′’]\s?(?P<inches>\d{1,2})(?:[\"″”]|'')")
_FEET_AND_INCHES = re.compile(
    r"(?<![\w.,])(?P<feet>\d{1,3})(?P<foot>\s?(?:ft|feet|foot)\.?,?\s)(?P<inches>\d{1,2})(?P<inch>\s?in)(?!\w)"
)
_INCHES = re.compile(
    r"(?<=\d)(?P<inch>\s?in)(?=\s(?:long|wide|tall|high|deep|thick|across|square|by)\b|\s?[x×]\s?\d|[,;)]|\Z)"
)
_INCH_MARK = re.compile(r"(?<=[\d½¼¾⅛⅜⅝⅞])(?P<inch>[\"″”])(?![\w\"])")
_SIDES = re.compile(r"(?<![\w.,])(?P<low>\d{1,3})['′’](?P<by>\s?[x×]\s?)(?P<high>\d{1,3})['′’](?!\w)")
_ONE_BEFORE = re.compile(r"(?<![\d.,/])1\Z")
_PART_BEFORE = re.compile(r"(?<!\d)(?:1|[½¼¾⅛⅜⅝⅞]|\d{1,2}/\d{1,2})\Z")
_QUOTE = re.compile('["“”]')


def length_rules(language: Language) -> list[Rule]:
    """Lengths whose inches have a sign of their own, or share their letters with a preposition."""
    if language.tag != "en":
        return []
    lengths = _Lengths(language)
    return [
        Rule("amounts", _FEET, lengths.read_feet, any_of("1' 1′ 1’")),
        Rule("amounts", _SIDES, lengths.read_sides, any_of("1' 1′ 1’")),
        Rule("amounts", _FEET_AND_INCHES, lengths.read_feet_and_inches, any_of("1f")),
        Rule("amounts", _INCHES, lengths.read_inches, any_of("1i")),
        Rule("amounts", _INCH_MARK, lengths.read_mark, any_of('" ″ ”')),
    ]


class _Lengths:
    def __init__(self, language: Language) -> None:
        self._spelling = language.spelling

    def read_feet(self, match: re.Match[str]) -> Sequence[Edit]:
        """Feet and inches, as people say them."""
        return [Edit(*match.span(), f"{self._number(match['feet'])} foot {self._number(match['inches'])}")]

    def read_sides(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "2' x 4'"."""
        return [Edit(*match.span(), f"{self._number(match['low'])} by {self._number(match['high'])} feet")]

    def read_feet_and_inches(self, match: re.Match[str]) -> Sequence[Edit]:
        """Both with their names."""
        foot = "foot" if match["feet"] == "1" else "feet"
        return [
            Edit(*match.span("feet"), self._number(match["feet"])),
            Edit(*match.span("foot"), f" {foot} "),
            Edit(*match.span("inches"), self._number(match["inches"])),
            Edit(*match.span("inch"), " inch" if match["inches"] == "1" else " inches"),
        ]

    def read_inches(self, match: re.Match[str]) -> Sequence[Edit]:
        """Where a word or a number behind it tells that it is no preposition."""
        is_one = _ONE_BEFORE.search(match.string, max(0, match.start() - 3), match.start()) is not None
        return [Edit(*match.span(), " inch" if is_one else " inches")]

    def read_mark(self, match: re.Match[str]) -> Sequence[Edit]:
        """The mark of inches; the same sign may close a quotation."""
        text = match.string
        if match["inch"] != "″" and _is_inside_quotation(text, match.start()):
            return ()
        is_fraction = _PART_BEFORE.search(text, max(0, match.start() - 6), match.start()) is not None
        return [
            Edit(*match.span(), " inch" if is_fraction or describes_noun(text, match.end()) else " inches")
        ]

    def _number(self, digits: str) -> str:
        return self._spelling.number(WrittenNumber(digits))


def _is_inside_quotation(text: str, at: int) -> bool:
    """Whether a quotation is open before `at`; a mark behind a digit outside of one is that of inches."""
    is_open = False
    for quote in _QUOTE.finditer(text, 0, at):
        if is_open or not text[max(0, quote.start() - 1) : quote.start()].isnumeric():
            is_open = not is_open
    return is_open
