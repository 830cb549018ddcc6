"""What a rule of normalization is, and what it knows of the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from voice_server.core.text.normalization.languages import WORDS
from voice_server.core.text.normalization.languages.language_words import LanguageWords
from voice_server.core.text.normalization.number_syntax import Gender, WrittenNumber, parse_number
from voice_server.core.text.normalization.units import UNITS
from voice_server.core.text.offsets import Edit
from voice_server.core.types import NormalizedKind

if TYPE_CHECKING:
    from voice_server.core.text.normalization.cldr import CldrNames
    from voice_server.core.text.normalization.number_spelling import NumberSpelling

_SIZE = re.compile(
    r"(?:\s?[x×*]\s?\d{1,7}(?:[.,]\d{1,3})?)?\s?-?(?:mm|cm|dm|m|km|in|inch(?:es)?|ft|feet|foot|px|pixels?|[\"″”])(?!\w)"
)
_OPERATOR_BEFORE = re.compile(r"[+=*/(^−]\s?\Z|\s[-]\s\Z")
_OPERATOR_BEHIND = re.compile(r"\s?[+=<>*/^−]|\s-\s|\s(?:squared|cubed|to\sthe)\b|\)(?!\w)")
_NOUN_BEHIND = re.compile(
    r"\s(?!(?:of|in|at|and|or|to|for|from|per|on|as|is|was|are|were|by|with|than|each|when|if|but|long|wide|tall"
    r"|high|deep|thick|old|away|a|an|the)\b)[^\W\d_]",
    re.IGNORECASE,
)
_REST_OF_SENTENCE = re.compile(r"[\"'”’)\] ]*+\Z")


def ends_text(text: str, at: int) -> bool:
    """Whether nothing but closing marks follows, so that a dot before `at` also ends the sentence."""
    return _REST_OF_SENTENCE.match(text, at) is not None


def alternatives(symbols: Iterable[str]) -> str:
    """The source of a pattern of any of these, the longest first."""
    return "|".join(map(re.escape, sorted(symbols, key=len, reverse=True)))


def is_in_formula(text: str, start: int, end: int) -> bool:
    """Whether what stands there is a term: beside an operator, or with an exponent that is in words."""
    return (
        _OPERATOR_BEHIND.match(text, end) is not None
        or _OPERATOR_BEFORE.search(text, max(0, start - 3), start) is not None
    )


def describes_noun(text: str, end: int) -> bool:
    """Whether an English amount that ends there may describe the noun behind it: "a 5 km run"."""
    return _NOUN_BEHIND.match(text, end) is not None


def is_of_lengths(text: str, at: int) -> bool:
    """Whether a product of numbers that ends at `at`, or goes on there, is of lengths: "30 × 20 cm"."""
    return _SIZE.match(text, at) is not None


@dataclass(frozen=True, slots=True)
class Rule:
    """Where something of a kind is written, and what is said of it: edits in order, or none.

    Every text of which it says something has one of the atoms `needs` (see `prefilter`), if there are any.
    """

    kind: NormalizedKind
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Sequence[Edit]]
    needs: frozenset[str] = frozenset()


class Language:
    """The words, numbers and names of one language; with `keeps_digits` plain numbers are not spelled.

    Numbers and names are loaded when they are first used: a text without digits does not wait for them.
    """

    def __init__(self, tag: str, words: LanguageWords, *, keeps_digits: bool) -> None:
        self.tag = tag
        self.words = words
        self._keeps_digits = keeps_digits

    @cached_property
    def spelling(self) -> NumberSpelling:
        """Says numbers."""
        from voice_server.core.text.normalization.number_spelling import NumberSpelling  # noqa: PLC0415 - see above

        mark = self.names.decimal_mark
        return NumberSpelling(self.tag, self.words, decimal_mark=mark, keeps_digits=self._keeps_digits)

    @cached_property
    def names(self) -> CldrNames:
        """Names units, currencies and months."""
        from voice_server.core.text.normalization.cldr import CldrNames  # noqa: PLC0415 - see above

        return CldrNames(self.tag, self.words)

    def parse(self, written: str) -> WrittenNumber:
        """Read a number as this language writes it, or as another does where that cannot be meant."""
        return parse_number(written, self.names.decimal_mark)

    @property
    def unit_symbols(self) -> list[str]:
        """The symbols that are units behind a number."""
        return [*UNITS, *self.words.units, *self.words.unit_symbols]

    def is_unit(self, symbol: str) -> bool:
        """Whether a symbol is one of a unit."""
        return symbol in UNITS or symbol in self.words.units or symbol in self.words.unit_symbols

    def unit_pattern(self, symbol: str, value: float) -> str:
        """The pattern of so many of the unit with this symbol: "{} kilograms"."""
        extra = self.words.units.get(symbol)
        if extra:
            return "{} " + extra[value != 1]
        return self.names.unit(self.words.unit_symbols.get(symbol) or UNITS[symbol], value)

    def gender_of(self, noun: str) -> Gender:
        """The gender of a noun in its singular, by its ending."""
        if not self.words.gendered:
            return ""
        words = self.words
        is_feminine = noun.endswith(words.feminine_endings) and not noun.endswith(
            words.masculine_exceptions or ("\0",)
        )
        return "feminine" if is_feminine else "masculine"


@lru_cache(maxsize=64)
def language(tag: str, *, keeps_digits: bool = False) -> Language | None:
    """The language of a BCP 47 tag; None for one that is not normalized."""
    code = tag.partition("-")[0].lower()
    return Language(code, WORDS[code], keeps_digits=keeps_digits) if code in WORDS else None
