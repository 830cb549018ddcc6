"""What a rule of normalization is, and what it knows of the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from voice_server.core.text.normalization.cldr import CldrNames
from voice_server.core.text.normalization.languages import WORDS
from voice_server.core.text.normalization.languages.language_words import LanguageWords
from voice_server.core.text.normalization.number_spelling import Gender, NumberSpelling
from voice_server.core.text.normalization.number_syntax import WrittenNumber, parse_number
from voice_server.core.text.offsets import Edit
from voice_server.core.types import NormalizedKind

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


@dataclass(frozen=True, slots=True)
class Language:
    """The words, numbers and names of one language."""

    tag: str
    words: LanguageWords
    spelling: NumberSpelling
    names: CldrNames

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
    if code not in WORDS:
        return None
    words = WORDS[code]
    names = CldrNames(code, words)
    spelling = NumberSpelling(code, words, decimal_mark=names.decimal_mark, keeps_digits=keeps_digits)
    return Language(code, words, spelling, names)
