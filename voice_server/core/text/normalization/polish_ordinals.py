"""Polish ordinals in every case that is said of years, days and places.

CLDR's rules have none for Polish, and num2words only the nominative of the masculine.
Their endings are those of adjectives; only tens and units are ordinals: "tysiąc dziewięćset dziewięćdziesiąty
dziewiąty".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal

OrdinalEnding = Literal["y", "ego", "ym", "a", "ej", "ą", "e", "ych"]
"""Masculine nominative, genitive, locative; feminine nominative, genitive, accusative; neuter; plural."""

MOST: Final = 9999
"""The greatest number that has an ordinal here."""

_UNITS: Final = (
    "", "pierwszy", "drugi", "trzeci", "czwarty", "piąty", "szósty", "siódmy", "ósmy", "dziewiąty",
    "dziesiąty", "jedenasty", "dwunasty", "trzynasty", "czternasty", "piętnasty", "szesnasty", "siedemnasty",
    "osiemnasty", "dziewiętnasty",
)  # fmt: skip
_TENS: Final = (
    "", "", "dwudziesty", "trzydziesty", "czterdziesty", "pięćdziesiąty", "sześćdziesiąty", "siedemdziesiąty",
    "osiemdziesiąty", "dziewięćdziesiąty",
)  # fmt: skip
_HUNDREDS: Final = (
    "", "setny", "dwusetny", "trzechsetny", "czterechsetny", "pięćsetny", "sześćsetny", "siedemsetny",
    "osiemsetny", "dziewięćsetny",
)  # fmt: skip
_THOUSANDS: Final = (
    "zerowy", "tysięczny", "dwutysięczny", "trzytysięczny", "czterotysięczny", "pięciotysięczny",
    "sześciotysięczny", "siedmiotysięczny", "ośmiotysięczny", "dziewięciotysięczny",
)  # fmt: skip


def polish_ordinal(number: int, ending: OrdinalEnding, cardinal: Callable[[int], str]) -> str:
    """Return a number from 0 to MOST as an ordinal; `cardinal` says what stands before its ordinal part."""
    ordinals = [_with_ending(word, ending) for word in _ordinal_part(number)]
    before = number - number % 100 if number % 100 else number - number % 1000 if number % 1000 else 0
    return " ".join([cardinal(before), *ordinals] if before else ordinals)


def _ordinal_part(number: int) -> Iterator[str]:
    """The last words of an ordinal, in the nominative of the masculine."""
    rest = number % 100
    if not rest:
        hundreds = number // 100 % 10
        yield _HUNDREDS[hundreds] if hundreds else _THOUSANDS[number // 1000]
    elif rest < len(_UNITS):
        yield _UNITS[rest]
    else:
        yield _TENS[rest // 10]
        if rest % 10:
            yield _UNITS[rest % 10]


def _with_ending(word: str, ending: OrdinalEnding) -> str:
    """An adjective with another ending: piąty, piątego; drugi, drugiego, druga; trzeci, trzecia."""
    if word.endswith("y"):
        return word[:-1] + ending
    if ending.startswith("y"):
        return word + ending[1:]
    return word[: -1 if word == "drugi" and ending in ("a", "ą") else None] + ending
