"""What is said sign by sign: telephone numbers, versions, addresses of machines, formulas, codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from voice_server.core.text.normalization.prefilter import any_of
from voice_server.core.text.normalization.rule import Language, Rule
from voice_server.core.text.offsets import Edit

_ELEMENTS: Final = (
    "He|Li|Be|Ne|Na|Mg|Al|Si|Cl|Ar|Ca|Sc|Ti|Cr|Mn|Fe|Co|Ni|Cu|Zn|Ga|Ge|As|Se|Br|Kr|Rb|Sr|Zr|Nb|Mo|Ag|Cd|Sn|Sb|Te"
    "|Xe|Cs|Ba|La|Ce|Pt|Au|Hg|Pb|Bi|Ra|Th|H|B|C|N|O|F|P|S|K|V|I|W|U|Y"
)
_PHONE_DIGITS: Final = range(7, 16)
_PHONE_WORDS: Final = re.compile(
    r"(?:tel|phone|call|fax|mobile|dial|text|telefon|téléphone|teléfono|тел)\w*\.?:?\s(?:\w+\s)?\Z",
    re.IGNORECASE,
)


def code_rules(language: Language) -> list[Rule]:
    """From the most particular to digits that are too many for a number."""
    codes = _Codes(language)
    phone = re.compile(
        r"(?<![\w.,/:+-])(?:\+\d{1,3}[ .-]?)?+(?:\(\d{1,5}\)[ .-]?)?+\d{2,8}(?:[ .-]\d{2,8}){0,5}+"
        r"(?![\w/:]|[.,-]\d)"
    )
    address = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)")
    version = re.compile(
        r"(?<![\w.])(?!\d{1,3}(?:\.\d{3}){2,}(?![\w.]))(?P<v>[vV])?(?P<numbers>\d{1,5}(?:\.\d{1,5}){2,4}|(?<=[vV])\d{1,5}(?:\.\d{1,5})?)"
        r"(?!\w|\.\d)"
    )
    formula = re.compile(rf"(?<![\w-])(?=[A-Za-z]*\d)(?:(?:{_ELEMENTS})\d{{0,3}}){{1,10}}(?![\w-])")
    code = re.compile(
        r"(?<![\w-])(?=[A-Z0-9-]*[A-Z]\d[A-Z]|[A-Z0-9-]*\d[A-Z]\d)[A-Z0-9]{2,12}(?:-[A-Z0-9]{1,12}){0,5}(?![\w-])"
    )
    hardware = re.compile(
        r"(?<![\w:-])[0-9A-Fa-f]{2}(?P<mark>[:-])(?:[0-9A-Fa-f]{2}(?P=mark)){4}[0-9A-Fa-f]{2}(?![\w:-])"
    )
    named = re.compile(r"(?<![\w-])(?P<name>[A-Z]{2,8})(?P<groups>(?:-\d{1,9}){2,6})(?![\w-])")
    lettered = re.compile(r"(?<![\w-])(?P<letters>[A-Z]{1,5})(?P<digits>\d{1,2})(?![\w-]|[.,]\d)")
    card = re.compile(r"(?<![\w.,-])\d{4}(?:(?P<gap>[ -])\d{4})(?:(?P=gap)\d{4}){1,3}(?![\w]|[.,-]\d)")
    groups = re.compile(r"(?<![\w.,-])\d{1,9}(?:-\d{1,9}){2,6}(?![\w-])")
    zeros = r"0\d{1,30}|" if language.words.space else ""  # "08年" is read as a number
    digits = re.compile(rf"(?<![\w.,])(?<!\d[ ])(?:{zeros}\d{{9,40}}|(?<=#)\d{{5,8}})(?!\w|[.,]\d)")
    return [
        Rule("codes", hardware, codes.read_hardware_address, any_of(": -")),
        Rule("codes", address, codes.read_address, any_of("1.")),
        Rule("codes", card, codes.read_card, any_of("1111")),
        Rule("codes", version, codes.read_version, any_of("1. a1")),
        Rule("codes", phone, codes.read_phone, any_of("1_1 1. 1- 1)")),
        Rule("codes", formula, codes.read_letters, any_of("a1")),
        Rule("codes", code, codes.read_code, any_of("a1")),
        Rule("codes", named, codes.read_named, any_of("1-")),
        Rule("codes", lettered, codes.read_lettered, any_of("a1")),
        Rule("codes", groups, codes.read_code, any_of("1-")),
        Rule("codes", digits, codes.read_digits, any_of("1111 0")),
    ]


class _Codes:
    def __init__(self, language: Language) -> None:
        self._words = language.words
        self._spelling = language.spelling

    def read_phone(self, match: re.Match[str]) -> Sequence[Edit]:
        """Digit by digit, with a short pause between groups; only of what looks like a telephone number."""
        groups = re.findall(r"\d+", match[0])
        lengths = tuple(map(len, groups))
        if sum(lengths) not in _PHONE_DIGITS or len(groups) < 2:
            return ()
        is_marked = match[0].startswith(("+", "(", "0")) or lengths in ((3, 3, 4), (3, 4), (1, 3, 3, 4))
        if lengths == (3, 4) and "-" not in match[0]:
            is_marked = False
        if not is_marked and not _PHONE_WORDS.search(match.string, max(0, match.start() - 30), match.start()):
            return ()
        plus = self._words.plus + " " if match[0].startswith("+") else ""
        return [Edit(*match.span(), plus + ", ".join(map(self._spelling.digits, groups)))]

    def read_address(self, match: re.Match[str]) -> Sequence[Edit]:
        """The numbers of an IP address."""
        return [Edit(*match.span(), f" {self._words.dot} ".join(map(self._number, match[0].split("."))))]

    def read_version(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "v2.3.1" with its points; without the letter only where there are two points."""
        word = self._words.version + " " if match["v"] else ""
        point = self._words.version_point or self._words.dot
        spoken = f" {point} ".join(map(self._number, match["numbers"].split(".")))
        return [Edit(*match.span(), word + spoken)]

    def read_letters(self, match: re.Match[str]) -> Sequence[Edit]:
        """Letter by letter and number by number."""
        parts = re.findall(r"[A-Za-z]|\d+", match[0])
        return [
            Edit(*match.span(), " ".join(part if part.isalpha() else self._number(part) for part in parts))
        ]

    def read_code(self, match: re.Match[str]) -> Sequence[Edit]:
        """Letter by letter and digit by digit; "-" is a short pause."""
        groups = match[0].split("-")
        spoken = (
            " ".join(each if each.isalpha() else self._number(each) for each in group) for group in groups
        )
        return [Edit(*match.span(), ", ".join(spoken))]

    def read_hardware_address(self, match: re.Match[str]) -> Sequence[Edit]:
        """Every letter and digit of a MAC address, with a short pause between pairs."""
        pairs = match[0].split(match["mark"])
        spoken = (" ".join(each if each.isalpha() else self._number(each) for each in pair) for pair in pairs)
        return [Edit(*match.span(), ", ".join(spoken))]

    def read_card(self, match: re.Match[str]) -> Sequence[Edit]:
        """Digit by digit, with a short pause between groups of four."""
        groups = match[0].split(match["gap"])
        return [Edit(*match.span(), ", ".join(map(self._spelling.digits, groups)))]

    def read_named(self, match: re.Match[str]) -> Sequence[Edit]:
        """The letters, and each group of digits behind them: "CVE-2024-12345" has a year."""
        at = match.start("groups")
        edits = []
        for group in match["groups"].split("-")[1:]:
            is_year = len(group) == 4 and group[:2] in ("19", "20") and self._words.spells_numbers
            spoken = self._spelling.year(int(group)) if is_year else self._spelling.digits(group)
            edits.append(Edit(at, at + 1 + len(group), f", {spoken}"))
            at += 1 + len(group)
        return edits

    def read_lettered(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "Q3" and "MP3": letters and a number."""
        if not self._words.spells_numbers:
            return ()
        return [Edit(*match.span("digits"), f" {self._number(match['digits'])}")]

    def read_digits(self, match: re.Match[str]) -> Sequence[Edit]:
        """Digit by digit."""
        return [Edit(*match.span(), self._spelling.digits(match[0]))]

    def _number(self, digits: str) -> str:
        return self._spelling.cardinal(digits) if self._words.spells_numbers else digits
