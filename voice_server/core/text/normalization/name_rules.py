"""Numbers that are names: Room 204, Gate 12A, flight BA2490, ZIP 90210, Table 3-1, 1080p, 5G."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voice_server.core.text.normalization.number_syntax import WrittenNumber
from voice_server.core.text.normalization.prefilter import any_of
from voice_server.core.text.normalization.rule import Language, Rule
from voice_server.core.text.offsets import Edit

_PARTS = re.compile(
    r"(?<!\w)(?:Table|Figure|Fig\.?|Exercise|Problem|Example|Equation|Eq\.?)\s"
    r"(?P<number>\d{1,3})(?P<sign>-)(?P<part>\d{1,3})(?!\w|[.,-]\d)"
)
_ZIP_CODE = re.compile(
    r"(?<!\w)(?:(?:ZIP|Zip|zip)(?:\scode)?:?|PLZ:?|CP:?|C\.P\.|CAP:?|CEP:?|[A-Z]{2})\s(?P<code>\d{5})(?:(?P<sign>-)(?P<plus>\d{4}))?(?![\w]|[.,-]\d)"
)
_EMERGENCY = re.compile(
    r"(?<!\w)(?:[Cc]all|[Dd]ial|[Cc]alling|[Dd]ialing|[Tt]ext)\s(?P<number>[1-9]\d\d)(?!\w|[.,-]?\s?\d)"
)
_RESOLUTION = re.compile(r"(?<![\w.,])(?P<number>[1-9]\d{2,3})(?P<letter>[pi])(?!\w)")


def name_rules(language: Language) -> list[Rule]:
    """What people say in pairs, digit by digit, or with a letter behind it."""
    if not language.words.numbered:
        return []
    names = _Names(language)
    noun = rf"(?<!\w)(?:{language.words.numbered})\s"
    lettered = re.compile(
        rf"(?:{noun}|(?<=[A-Za-z]-))(?P<number>\d{{1,4}}(?:\.\d{{1,2}})?)(?P<letter>[A-Za-z])(?!\w)"
        r"|(?<![\w.,-])(?P<digits>\d{1,2})(?P<capital>[DEGPX])(?!\w)"
    )
    rules = [
        Rule("codes", _ZIP_CODE, names.read_zip_code, any_of("1111")),
        Rule("codes", lettered, names.read_lettered, any_of("1a")),
    ]
    if language.tag != "en":
        return rules
    paired = re.compile(
        rf"(?:(?<![\w-])[A-Z]-|(?<!\w)(?:{language.words.numbered_in_pairs})\s|(?<![\w-])[A-Z]{{1,3}})"
        r"(?P<number>[1-9]\d{2,3})(?P<type>-\d{3})?(?![\w]|[.,-]\d)"
    )
    return [
        *rules,
        Rule("codes", _EMERGENCY, names.read_emergency, any_of("111")),
        Rule("codes", paired, names.read_paired, any_of("111")),
        Rule("codes", _PARTS, names.read_parts, any_of("1-")),
        Rule("codes", _RESOLUTION, names.read_resolution, any_of("1p 1i")),
    ]


class _Names:
    def __init__(self, language: Language) -> None:
        self._words = language.words
        self._spelling = language.spelling

    def read_zip_code(self, match: re.Match[str]) -> Sequence[Edit]:
        """Digit by digit."""
        edits = [Edit(*match.span("code"), self._spelling.digits(match["code"]))]
        if match["plus"]:
            edits.append(
                Edit(match.start("sign"), match.end("plus"), ", " + self._spelling.digits(match["plus"]))
            )
        return edits

    def read_emergency(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "Call 911"."""
        return [Edit(*match.span("number"), self._spelling.digits(match["number"]))]

    def read_parts(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "Table 3-1" is no range."""
        return [
            Edit(*match.span("number"), self._number(match["number"])),
            Edit(*match.span("sign"), f" {self._words.dash} "),
            Edit(*match.span("part"), self._number(match["part"])),
        ]

    def read_paired(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "Room 204", "F-150", "Form 1040", "BA2490", "Boeing 737-800": the last two digits apart."""
        is_attached = match.string[match.start("number") - 1].isalpha()
        edits = [Edit(*match.span("number"), " " * is_attached + self._paired(match["number"]))]
        if match["type"]:
            edits.append(Edit(*match.span("type"), " " + self._paired(match["type"][1:])))
        return edits

    def read_resolution(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "1080p"."""
        return [Edit(*match.span(), f"{self._paired(match['number'])} {match['letter']}")]

    def read_lettered(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "Gate 12A", "Figure 4b", "Llama-70B", "5G"."""
        number, letter = ("number", "letter") if match["number"] else ("digits", "capital")
        whole, _, fraction = match[number].partition(".")
        spoken = self._spelling.number(WrittenNumber(whole, fraction))
        return [Edit(match.start(number), match.end(letter), f"{spoken} {match[letter]}")]

    def _paired(self, digits: str) -> str:
        before, rest = digits[:-2], digits[-2:]
        if rest == "00":
            return f"{self._number(before)} hundred" if before[-1] != "0" else self._number(digits)
        behind = f"oh {self._number(rest[1])}" if rest[0] == "0" else self._number(rest)
        return f"{self._number(before)} {behind}"

    def _number(self, digits: str) -> str:
        return self._spelling.cardinal(digits)
