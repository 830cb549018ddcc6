"""The word lists of one language, put together from `abbreviations.py` and `word_lists.py`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from voice_server.core.text.splitting import abbreviations, word_lists

_ALIASES = {"nb": "no", "nn": "no", "bs": "hr", "cnr": "hr", "gl": "pt", "lb": "de", "fo": "da", "ms": "id"}

_ORDINAL_DOT_LANGUAGES = "de da no sv is fo fi et lv cs sk pl sl hr bs sr hu tr lb nb nn"
"""Languages that write "3. Juli" for the third of July."""

_BEFORE_NUMBER = "no nr fig vol p pp art"
"""The abbreviations before a number in languages that have no list of them."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lists of one language; `language` is its two-letter code.

    The tables explain the lists: see `NEVER_ENDS`, `STARTERS` and the others.
    """

    language: str
    never_ends: frozenset[str]
    may_end: frozenset[str]
    before_number: frozenset[str]
    starters: frozenset[str]
    months: frozenset[str]
    short_words: frozenset[str]
    units: frozenset[str]
    brands: frozenset[str]
    time_prepositions: frozenset[str]
    has_ordinal_dot: bool
    listed: frozenset[str]
    """All words of the lists after which a mark may not be the end of a sentence, in lower case."""

    @property
    def is_english(self) -> bool:
        """Whether the rules about English words apply."""
        return self.language == "en"


def _set(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in text.split())


@cache
def lexicon(language: str) -> Lexicon:
    """Return the lists of a two-letter language code.

    An unknown language gets the abbreviations that count in all languages, and the English starters.
    """
    tables = _ALIASES.get(language, language)
    never_ends = _set(abbreviations.NEVER_ENDS.get(tables, ""), abbreviations.INTERNATIONAL_NEVER_ENDS)
    may_end = _set(abbreviations.MAY_END.get(tables, ""), abbreviations.INTERNATIONAL_MAY_END)
    before_number = _set(
        abbreviations.BEFORE_NUMBER.get(tables, _BEFORE_NUMBER),
        abbreviations.INTERNATIONAL_BEFORE_NUMBER,
        abbreviations.WEEKDAYS.get(tables, ""),
    )
    units = _set(abbreviations.UNITS.get(tables, ""))
    return Lexicon(
        language=language,
        never_ends=never_ends,
        may_end=may_end,
        before_number=before_number,
        starters=_set(
            word_lists.STARTERS.get(tables, word_lists.STARTERS["en"]), word_lists.STARTERS_ANYWHERE
        ),
        months=_set(word_lists.MONTHS.get(tables, "")),
        short_words=_set(word_lists.SHORT_WORDS.get(tables, "")),
        units=units,
        brands=_set(abbreviations.BRANDS),
        time_prepositions=_set(word_lists.TIME_PREPOSITIONS.get(tables, word_lists.TIME_PREPOSITIONS["en"])),
        has_ordinal_dot=language in _ORDINAL_DOT_LANGUAGES.split(),
        listed=_with_names_and_numerals(never_ends | may_end | before_number | units),
    )


@cache
def listed_in_any_language() -> frozenset[str]:
    """Return the `listed` words of all languages together, for a text whose language is not known."""
    tables = (
        abbreviations.NEVER_ENDS,
        abbreviations.MAY_END,
        abbreviations.BEFORE_NUMBER,
        abbreviations.WEEKDAYS,
        abbreviations.UNITS,
    )
    international = (
        abbreviations.INTERNATIONAL_NEVER_ENDS,
        abbreviations.INTERNATIONAL_MAY_END,
        abbreviations.INTERNATIONAL_BEFORE_NUMBER,
    )
    return _with_names_and_numerals(
        _set(_BEFORE_NUMBER, *international, *(text for table in tables for text in table.values()))
    )


def _with_names_and_numerals(abbreviated: frozenset[str]) -> frozenset[str]:
    return frozenset(map(str.lower, abbreviated | _set(abbreviations.BRANDS, word_lists.ROMAN_NUMBERS)))
