"""What CLDR calls units, currencies and months, in the form that a number asks for (of the package Babel)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from babel import Locale
from babel.dates import get_day_names, get_month_names
from babel.numbers import format_compact_decimal, format_decimal, get_currency_name, get_decimal_symbol
from babel.units import format_unit

from voice_server.core.text.normalization.languages.language_words import LanguageWords


class CldrNames:
    """The names of one language."""

    def __init__(self, tag: str, words: LanguageWords) -> None:
        self._locale = Locale.parse(tag)
        self._bare_currencies = {code: re.compile(pattern) for code, pattern in words.bare_currencies.items()}
        self._currency_names = words.currency_names
        self.decimal_mark: str = get_decimal_symbol(self._locale, numbering_system="latn")
        self.unit = lru_cache(maxsize=512)(self._unit)
        self.currency = lru_cache(maxsize=512)(self._currency)
        self.magnitude = lru_cache(maxsize=128)(self._magnitude)

    def _unit(self, unit: str, value: float) -> str:
        """The pattern of so many of a unit ("{} kilograms"), whose name is CLDR's ("mass-kilogram")."""
        text = format_unit(value, unit, "long", locale=self._locale, numbering_system="latn")
        return _pattern(text, format_decimal(value, locale=self._locale, numbering_system="latn"))

    def _currency(self, code: str, value: float, *, is_symbol: bool) -> str:
        """The name of a currency behind so many; that of a sign without its country ("dollars")."""
        name: str = self._currency_names.get(code) or get_currency_name(
            code, count=value, locale=self._locale
        )
        if is_symbol and code in self._bare_currencies:
            name = self._bare_currencies[code].sub("", name)
        return name.lower() if self._locale.language == "pt" else name

    def _magnitude(self, zeros: int, value: float) -> str:
        """The pattern of so many thousands, millions, …: "{} millions"; "" where none has so many zeros."""
        amount = value * 10**zeros
        text = format_compact_decimal(amount, format_type="long", locale=self._locale, fraction_digits=9)
        pattern = _pattern(text, format_decimal(value, locale=self._locale, numbering_system="latn"))
        return "" if any(map(str.isdigit, pattern)) else pattern

    def months(self) -> dict[str, int]:
        """The numbers of the months by their names, in lower case: in dates, alone, and short."""
        names: dict[str, int] = {}
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in get_month_names(width, context=context, locale=self._locale).items():
                    names.setdefault(name.lower().rstrip("."), number)
        return names

    def weekdays(self, width: Literal["wide", "abbreviated"]) -> dict[int, str]:
        """The names of the days by their numbers, Monday being 0."""
        return {number: str(name) for number, name in get_day_names(width, locale=self._locale).items()}

    def month(self, number: int) -> str:
        """The name of a month in a date."""
        return str(get_month_names("wide", locale=self._locale)[number])


def _pattern(text: str, number: str) -> str:
    """`text` with a place where its number stands, or before it if none is found."""
    plain = text.replace("\xa0", " ").replace("\u202f", " ")
    number = number.replace("\xa0", " ").replace("\u202f", " ")
    return plain.replace(number, "{}", 1) if number in plain else "{} " + plain
