"""Words that carry a full stop without ending a sentence, by language and kind, and words that start one.

Kinds: `never` is followed by more of the same sentence whatever comes (Dr., e.g.); `may` ends a sentence when
a starter word follows (Inc., etc.); `number` holds only before a number (No. 5, Fig. 2). All lower case, without
the last dot. Dotted acronyms and initials need no list: their shape is the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """The lists of one language."""

    never: frozenset[str]
    may: frozenset[str]
    number: frozenset[str]
    starters: frozenset[str]


_NEVER: dict[str, str] = {
    "en": "mr mrs ms mx dr prof rev hon gen col sgt capt lt cpl maj cmdr adm gov sen rep pres messrs mmes st ste mt ft "
    "vs viz cf e.g i.e eg ie esp approx dept univ assn",
}
_MAY: dict[str, str] = {
    "en": "inc co corp ltd llc bros etc al jr sr esq ph.d m.d b.a m.a a.m p.m am pm ave blvd rd jan feb mar apr jun "
    "jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun",
}
_NUMBER: dict[str, str] = {
    "en": "no nos fig figs vol vols p pp ch chap sec art eq ex nr par pt",
}
_STARTERS: dict[str, str] = {
    "en": "the a an it he she they we you i this that these those there here his her their our my your its "
    "what when where who why how then but and so if in on at for as after before however now yes no do does did "
    "is are was were can could would will should",
}


def _words(table: dict[str, str], language: str) -> frozenset[str]:
    return frozenset(table.get(language, "").split())


@cache
def abbreviations(language: str) -> Abbreviations:
    """The lists that hold for texts of `language`; English titles and company forms travel everywhere."""
    also_english = _words(_NEVER, "en")
    return Abbreviations(
        never=_words(_NEVER, language) | also_english,
        may=_words(_MAY, language) | _words(_MAY, "en"),
        number=_words(_NUMBER, language) | _words(_NUMBER, "en"),
        starters=_words(_STARTERS, language) | _words(_STARTERS, "en"),
    )
