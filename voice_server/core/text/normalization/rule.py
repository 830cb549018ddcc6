"""What a rule of normalization is, and what it knows of the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from voice_server.core.text.normalization.languages import WORDS
from voice_server.core.text.normalization.languages.language_words import LanguageWords
from voice_server.core.text.normalization.number_syntax import Gender, WrittenNumber, parse_number
from voice_server.core.text.offsets import Edit
from voice_server.core.types import NormalizedKind

if TYPE_CHECKING:
    from voice_server.core.text.normalization.cldr import CldrNames
    from voice_server.core.text.normalization.number_spelling import NumberSpelling

_REST_OF_SENTENCE = re.compile(r"[\"'”’)\] ]*+\Z")


def ends_text(text: str, at: int) -> bool:
    """Whether nothing but closing marks follows, so that a dot before `at` also ends the sentence."""
    return _REST_OF_SENTENCE.match(text, at) is not None


@dataclass(frozen=True, slots=True)
class Rule:
    """Where something of a kind is written, and what is said of it: edits in order, or none."""

    kind: NormalizedKind
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Sequence[Edit]]


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
