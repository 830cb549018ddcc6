"""Numbers in words, by the rules of Unicode's CLDR for each language (RBNF, of the package unicode-rbnf)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, cast

from unicode_rbnf import RbnfEngine

from voice_server.core.text.normalization.languages.language_words import LanguageWords
from voice_server.core.text.normalization.number_syntax import Gender, WrittenNumber
from voice_server.core.text.normalization.polish_ordinals import MOST, OrdinalEnding, polish_ordinal

_MOST_DIGITS: Final = 15
"""Longer numbers are said digit by digit: nobody reads them otherwise."""
_RUSSIAN_PARTS = {1: ("десятая", "десятых"), 2: ("сотая", "сотых"), 3: ("тысячная", "тысячных")}


@lru_cache
def _engine(tag: str) -> RbnfEngine:
    """The rules of a language, which take up to 30 ms to load."""
    return RbnfEngine.for_language(tag)


class NumberSpelling:
    """Says numbers of any length in one language.

    With `keeps_digits` plain numbers stay digits, with the language's mark, for engines that read them.
    """

    def __init__(self, tag: str, words: LanguageWords, *, decimal_mark: str, keeps_digits: bool) -> None:
        self._tag = tag
        self._words = words
        self._decimal_mark = decimal_mark
        self._keeps_digits = keeps_digits or not words.spells_numbers
        self._engine = _engine(tag)
        self.cardinal = lru_cache(maxsize=4096)(self._cardinal)
        self.ordinal = lru_cache(maxsize=512)(self._ordinal)

    def number(self, written: WrittenNumber, gender: Gender = "") -> str:
        """A number with its decimals: "two point five", "zwei Komma fünf"."""
        if self._keeps_digits:
            return written.whole + (self._decimal_mark + written.fraction if written.fraction else "")
        if not written.fraction:
            return self.cardinal(written.whole, gender)
        if self._tag == "ru" and len(written.fraction) in _RUSSIAN_PARTS:
            return self._russian_decimal(written)
        return f"{self.cardinal(written.whole)} {self._words.point} {self._decimals(written.fraction)}"

    def digits(self, text: str) -> str:
        """Every digit of `text` as a word of its own."""
        if not self._words.spells_numbers:
            return " ".join(text)
        return " ".join(self.cardinal(digit) for digit in text)

    def year(self, year: int) -> str:
        """A year: in hundreds where the language says them so ("nineteen eighty-four")."""
        century, rest = divmod(year, 100)
        if not (self._words.years_in_hundreds and 11 <= century <= 20) or (century == 20 and rest < 10):
            return self.cardinal(str(year))
        if self._tag == "en":
            if rest == 0:
                return f"{self.cardinal(str(century))} hundred"
            joined = f"oh {self.cardinal(str(rest))}" if rest < 10 else self.cardinal(str(rest))
            return f"{self.cardinal(str(century))} {joined}"
        if century == 20:
            return self.cardinal(str(year))
        return self._format(year, "spellout-numbering-year")

    def _decimals(self, digits: str) -> str:
        is_number = self._words.decimal_digits == "number" and len(digits) <= 2 and digits[0] != "0"
        return self.cardinal(digits) if is_number else self.digits(digits)

    def _russian_decimal(self, written: WrittenNumber) -> str:
        """ "две целых пять десятых": both are counted, in the feminine."""
        one, several = _RUSSIAN_PARTS[len(written.fraction)]
        whole = self.cardinal(written.whole, "feminine")
        wholes = "целая" if _ends_in_one(written.whole) else self._words.point
        part = several if not _ends_in_one(written.fraction) else one
        return f"{whole} {wholes} {self.cardinal(written.fraction.lstrip('0') or '0', 'feminine')} {part}"

    def _cardinal(self, digits: str, gender: Gender = "") -> str:
        if len(digits) > _MOST_DIGITS or (len(digits) > 1 and digits[0] == "0"):
            return " ".join(self.cardinal(digit) for digit in digits)
        ruleset = f"spellout-cardinal-{gender}" if gender and self._words.gendered else "spellout-numbering"
        return self._format(int(digits), ruleset)

    def _ordinal(self, number: int, form: str = "") -> str:
        if self._tag == "pl":
            if number > MOST:
                return self.cardinal(str(number))
            ending = cast("OrdinalEnding", form or "y")
            return polish_ordinal(number, ending, lambda whole: self.cardinal(str(whole)))
        return self._format(number, f"spellout-ordinal{form}")

    def _format(self, number: int, ruleset: str) -> str:
        names = [
            name
            for name in (ruleset, "spellout-cardinal", "spellout-numbering")
            if name in self._engine.rulesets
        ]
        result = self._engine.format_number(number, ruleset_names=names[:1])
        return " ".join(result.text.split())


def _ends_in_one(digits: str) -> bool:
    return digits.endswith("1") and not digits.endswith("11")
