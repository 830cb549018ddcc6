"""What the splitter knows of one language, put together from the tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from voice_server.core.text.splitting import abbreviations, word_lists

_ALIASES = {"nb": "no", "nn": "no", "bs": "hr", "cnr": "hr", "gl": "pt", "lb": "de", "fo": "da", "ms": "id"}

_ORDINAL_DOT_LANGUAGES = "de da no sv is fo fi et lv cs sk pl sl hr bs sr hu tr lb nb nn"
"""Languages that write "3. Juli" for the third of July."""

_NUMBER = "no nr fig vol p pp art"
"""What stands before a number in languages that have no list of their own for it."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lists of one language."""

    language: str
    never: frozenset[str]
    may: frozenset[str]
    number: frozenset[str]
    starters: frozenset[str]
    months: frozenset[str]
    short_words: frozenset[str]
    units: frozenset[str]
    brands: frozenset[str]
    time_prepositions: frozenset[str]
    has_ordinal_dot: bool
    listed: frozenset[str]
    """All words after which a mark may be no end, in lower case."""

    @property
    def is_english(self) -> bool:
        """Whether rules that rest on English words apply."""
        return self.language == "en"


def _set(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in text.split())


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon for a two-letter language code; an unknown one gets what travels between languages."""
    tables = _ALIASES.get(language, language)
    never = _set(abbreviations.NEVER.get(tables, ""), abbreviations.INTERNATIONAL_NEVER)
    may = _set(abbreviations.MAY.get(tables, ""), abbreviations.INTERNATIONAL_MAY)
    number = _set(abbreviations.NUMBER.get(tables, _NUMBER), abbreviations.INTERNATIONAL_NUMBER)
    units = _set(abbreviations.UNITS.get(tables, ""))
    return Lexicon(
        language=language,
        never=never,
        may=may,
        number=number,
        starters=_set(
            word_lists.STARTERS.get(tables, word_lists.STARTERS["en"]), word_lists.STARTERS_ANYWHERE
        ),
        months=_set(word_lists.MONTHS.get(tables, "")),
        short_words=_set(word_lists.SHORT_WORDS.get(tables, "")),
        units=units,
        brands=_set(abbreviations.BRANDS),
        time_prepositions=_set(word_lists.TIME_PREPOSITIONS.get(tables, word_lists.TIME_PREPOSITIONS["en"])),
        has_ordinal_dot=language in _ORDINAL_DOT_LANGUAGES.split(),
        listed=_listed(never | may | number | units),
    )


@cache
def listed_anywhere() -> frozenset[str]:
    """What any language lists, for a text whose language is not known."""
    tables = (abbreviations.NEVER, abbreviations.MAY, abbreviations.NUMBER, abbreviations.UNITS)
    international = (
        abbreviations.INTERNATIONAL_NEVER,
        abbreviations.INTERNATIONAL_MAY,
        abbreviations.INTERNATIONAL_NUMBER,
    )
    return _listed(_set(_NUMBER, *international, *(text for table in tables for text in table.values())))


def _listed(abbreviated: frozenset[str]) -> frozenset[str]:
    return frozenset(map(str.lower, abbreviated | _set(abbreviations.BRANDS, word_lists.ROMAN_NUMBERS)))
