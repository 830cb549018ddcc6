"""Plain numbers, ordinals and fractions: "525,000", "21st", "3/4", "2½", "3x"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from fractions import Fraction

from voice_server.core.text.normalization.number_syntax import NUMBER, Gender, WrittenNumber
from voice_server.core.text.normalization.prefilter import VULGAR_FRACTIONS, any_of
from voice_server.core.text.normalization.rule import (
    Language,
    Rule,
    alternatives,
    is_in_formula,
    is_of_lengths,
)
from voice_server.core.text.offsets import Edit

_DETERMINERS = {
    "der": "", "die": "", "das": "", "den": "-n", "dem": "-n", "des": "-n", "am": "-n", "im": "-n",
    "zum": "-n", "vom": "-n", "beim": "-n", "ein": "-r",
    "sein": "-r", "ihr": "-r", "mein": "-r", "jeder": "", "jede": "",
}  # fmt: skip
"""The ending of a German ordinal, in RBNF's name of it, by the word before."""
_SAID_APART = frozenset({(24, 7), (9, 11)})
"""Pairs that are no fractions."""
_SAYS_TIMES = frozenset({"en", "de", "fr", "nl", "pt"})
"""The languages in which "3x" is the number and the word for multiplication."""
_TERM = re.compile(rf"(?<![\w.,])(?P<number>{NUMBER})(?P<name>[xyznkabpqr])(?!\w)")
_TENTHS = frozenset({("1", "10")})
"""Parts that are said as a fraction, although they look like a rating."""
_COUNTED = re.compile(r"\s[a-z]{1,30}[^\W\d_sui]s\b")
"""A noun in the plural: the number before it is no year."""


def number_rules(language: Language) -> list[Rule]:
    """Fractions and ordinals first, then what is left.

    What engines that read plain numbers do not read is an amount: fractions, products, German ordinals.
    """
    numbers = _Numbers(language)
    fraction = re.compile(
        rf"(?<![\w./])(?:(?P<whole>\d{{1,3}})(?:\s|(?=[{VULGAR_FRACTIONS}])))?"
        rf"(?:(?P<numerator>\d{{1,3}})/(?P<denominator>\d{{1,3}})|(?P<sign>[{VULGAR_FRACTIONS}]))"
        rf"(?:(?P<gap>[\s-]?)(?P<unit>{alternatives(language.unit_symbols)})(?!\.?[\w²³°'’/])|(?![\w/]|[.,]\d))"
    )
    rules = [Rule("amounts", fraction, numbers.read_fraction, any_of(f"1/ {' '.join(VULGAR_FRACTIONS)}"))]
    if language.words.out_of:
        rating = re.compile(
            r"(?<![\w./,])(?P<low>\d{1,3}(?:[.,]\d{1,2})?)(?P<sign>\s?/\s?)(?P<high>\d{1,4})(?![\w/]|[.,]\d)"
        )
        rules.insert(0, Rule("amounts", rating, numbers.read_rating, any_of("1/")))
    if language.tag == "en":
        rules.append(Rule("amounts", _TERM, numbers.read_term, any_of("1a")))
    if language.words.ordinals:
        endings = "|".join(map(re.escape, sorted(language.words.ordinals, key=len, reverse=True)))
        ordinal = re.compile(
            rf"(?<![\w.,])(?P<number>\d{{1,3}}(?:,?\d{{3}}){{0,2}})\.?-?(?P<ending>{endings})(?!\w)"
        )
        begun = "".join(f"1{ending[0]} " for ending in language.words.ordinals)
        rules.append(Rule("numbers", ordinal, numbers.read_ordinal, any_of(f"{begun} 1. 1-")))
    if language.tag == "de":
        words = "|".join(word for each in _DETERMINERS for word in (each, each.capitalize()))
        counted = re.compile(rf"(?<!\w)(?P<word>{words})\s(?P<number>\d{{1,3}})\.(?=\s[A-ZÄÖÜ])")
        rules.append(Rule("amounts", counted, numbers.read_german_ordinal, any_of("1.")))
        placed = re.compile(r"(?<=[\w,;:)]\s)(?P<word>)(?P<number>\d{1,2})\.(?=\s[A-ZÄÖÜ][a-zäöüß])")
        rules.append(Rule("amounts", placed, numbers.read_german_ordinal, any_of("1.")))
    product = re.compile(
        r"(?<![\w.,])(?P<low>\d{1,7})(?P<sign>\s?[xX*×]\s?)(?P<high>\d{1,7})(?:(?P<sign2>\s?[xX*×]\s?)(?P<third>\d{1,7}))?(?!\w)"
    )
    rules.append(Rule("amounts", product, numbers.read_product, any_of("1x 1X 1* 1×")))
    if language.tag in _SAYS_TIMES:
        times = re.compile(rf"(?<![\w.,])(?P<number>{NUMBER})x(?![\w])")
        rules.append(Rule("amounts", times, numbers.read_times, any_of("1x")))
    rules.append(Rule("numbers", re.compile(rf"(?<![\w.,:/\\^]){NUMBER}(?!\w|[.,/:]\d)"), numbers.read))
    return rules


class _Numbers:
    def __init__(self, language: Language) -> None:
        self._language = language
        self._words = language.words
        self._spelling = language.spelling
        patterns = {"feminine": self._words.feminine_nouns, "masculine": self._words.masculine_nouns}
        self._nouns = {gender: re.compile(nouns) for gender, nouns in patterns.items() if nouns}

    def read(self, match: re.Match[str]) -> Sequence[Edit]:
        """A plain number; four digits are a year where those are said in another way, unless they count."""
        written = match[0]
        if not self._words.spells_numbers:
            grouped = "," in written
            return (
                [Edit(*match.span(), self._spelling.number(self._language.parse(written)))] if grouped else ()
            )
        if (
            self._words.years_in_hundreds
            and len(written) == 4
            and written.isdigit()
            and 1100 <= int(written) <= 2099
            and not _COUNTED.match(match.string, match.end())
        ):
            return [Edit(*match.span(), self._spelling.year(int(written)))]
        behind = (gender for gender, nouns in self._nouns.items() if nouns.match(match.string, match.end()))
        gender: Gender = next(behind, "")
        return [Edit(*match.span(), self._spelling.number(self._language.parse(written), gender))]

    def read_fraction(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "3/4" where the language has a word for it; other numbers are said one over the other."""
        edits = self._fraction(match)
        if match["unit"]:
            is_over_one = bool(match["whole"]) or int(match["numerator"] or 0) > int(
                match["denominator"] or 1
            )
            value = 2 if is_over_one and match["gap"] != "-" else 1
            name = self._language.unit_pattern(match["unit"], value).replace("{}", "").strip()
            edits.append(Edit(match.start("gap"), match.end("unit"), self._words.space + name))
        return edits

    def _fraction(self, match: re.Match[str]) -> list[Edit]:
        end = match.start("gap") if match["unit"] else match.end()
        if match["sign"]:
            value = Fraction(unicodedata.numeric(match["sign"])).limit_denominator(10)
            numerator, denominator = value.numerator, value.denominator
        else:
            numerator, denominator = int(match["numerator"]), int(match["denominator"])
        spoken = self._words.fractions.get((numerator, denominator), "")
        if spoken:
            if match["whole"]:
                whole = self._spelling.number(WrittenNumber(match["whole"]))
                fraction = self._words.fractions_behind_whole.get((numerator, denominator), spoken)
                spoken = self._words.mixed.format(whole=whole, fraction=fraction)
            return [Edit(match.start(), end, spoken)]
        start = match.start("numerator") if match["numerator"] else match.start("sign")
        above, below = (self._spelling.number(WrittenNumber(str(each))) for each in (numerator, denominator))
        if not self._words.spells_numbers:
            return [Edit(start, end, f"{below}{self._words.over}{above}")]
        joined = (
            " "
            if numerator == denominator or (numerator, denominator) in _SAID_APART
            else f" {self._words.over} "
        )
        return [Edit(start, end, above + joined + below)]

    def read_rating(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "4.5/5" and "85/100"; other numbers of that form are fractions."""
        is_rating = not match["low"].isdigit() or match["high"] in ("10", "100")
        if not is_rating or (match["low"], match["high"]) in _TENTHS:
            return ()
        low, high = (self._spelling.number(self._language.parse(match[name])) for name in ("low", "high"))
        return [
            Edit(*match.span("low"), low),
            Edit(*match.span("sign"), f" {self._words.out_of} "),
            Edit(*match.span("high"), high),
        ]

    def read_term(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "2x + 1": a variable with a factor, beside an operator."""
        if not is_in_formula(match.string, *match.span()):
            return ()
        number = self._spelling.number(self._language.parse(match["number"]))
        return [Edit(*match.span("number"), number + " ")]

    def read_ordinal(self, match: re.Match[str]) -> Sequence[Edit]:
        """A number with the ending of an ordinal."""
        form = self._words.ordinals[match["ending"]]
        return [Edit(*match.span(), self._spelling.ordinal(int(match["number"].replace(",", "")), form))]

    def read_german_ordinal(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "der 21. Geburtstag": a number with a dot behind an article."""
        form = _DETERMINERS.get(match["word"].lower(), "-r")
        spoken = self._spelling.ordinal(int(match["number"]), form)
        return [Edit(match.start("number"), match.end("number") + 1, spoken)]

    def read_product(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "1920x1080" and "2*3"."""
        edits = [Edit(*match.span("low"), self._factor(match["low"]))]
        for sign, number in (("sign", "high"), ("sign2", "third")):
            if match[number]:
                is_size = "x" in match[sign].lower() or is_of_lengths(match.string, match.end())
                word = self._words.by if is_size else self._words.times
                edits.append(Edit(*match.span(sign), f"{self._words.space}{word}{self._words.space}"))
                edits.append(Edit(*match.span(number), self._factor(match[number])))
        return edits

    def _factor(self, digits: str) -> str:
        if self._words.years_in_hundreds and len(digits) == 4 and 1100 <= int(digits) <= 1999:
            return self._spelling.year(int(digits))
        return self._spelling.number(WrittenNumber(digits))

    def read_times(self, match: re.Match[str]) -> Sequence[Edit]:
        """ "3x faster"."""
        number = self._spelling.number(self._language.parse(match["number"]))
        return [Edit(*match.span(), f"{number} {self._words.times}")]
