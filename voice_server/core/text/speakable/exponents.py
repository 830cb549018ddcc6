"""Raised and lowered characters in prose: x², H₂O, 10<sup>6</sup>, 1<sup>st</sup>, and the marks of notes.

What is raised is a power behind a number or a variable, a charge behind a chemical symbol, an ending behind
an ordinal, and the number of a note behind a word or a full stop, which nobody says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from voice_server.core.text.speakable.math_speech import spoken_formula, spoken_power
from voice_server.core.text.speakable.math_words import math_words

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ"
_SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉₊₋"
EXPONENT_SIGNS = _SUPERSCRIPTS + _SUBSCRIPTS
"""Characters that are raised or lowered by themselves."""
_PLAIN = str.maketrans(_SUPERSCRIPTS + _SUBSCRIPTS + "-", "0123456789+−n0123456789+−−")
_RAISED_DIGITS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")

EXPONENT = rf"""
      <(?P<tag>(?i:su[bp]))>(?P<tagged>[^<>]{{0,24}})</(?P=tag)\s*>
    | (?P<raised>[{_SUPERSCRIPTS}]++)
    | (?P<lowered>[{_SUBSCRIPTS}]++)
    | (?<=[A-Za-z0-9)\]α-ω])\^(?P<caret>\{{[^{{}}]{{1,12}}\}}|\([^()]{{1,12}}\)
        |[-+−]?(?:[0-9]{{1,4}}|[A-Za-z])(?![A-Za-z0-9^]))
    | (?<![A-Za-z0-9_])(?P<variable>[A-Za-zα-ω])_
        (?P<index>[0-9]{{1,3}}|[a-z]|\{{[^{{}}]{{1,12}}\}})(?![A-Za-z0-9_])
    | (?<![A-Za-z0-9_.,])(?P<mantissa>[0-9]{{1,6}}(?:\.[0-9]{{1,12}})?)
        [eE](?P<ten>[+−-]?[0-9]{{1,3}})(?!\.?\w)
    | (?P<surd>[√∛])(?P<radicand>[0-9]++(?:[.,][0-9]++)*+|[A-Za-zα-ω](?![A-Za-z])|\([^()]{{1,40}}\))
"""
"""Exponents, indices and roots without TeX, as the source of a verbose pattern."""

_ENDINGS = "st nd rd th er ère re e è ème es o a os as º ª r d de do to ta"
_ORDINAL_ENDINGS = frozenset(_ENDINGS.split())
_NUMBER = re.compile(r"[+−]?\d+")
_CHARGE = re.compile(r"\d?[+−]")
_NOTE = re.compile(r"\[?(?:\d{1,3}(?:[,–−]\d{1,3})*|[*†‡§]+|[a-z])\]?")
_BASE = re.compile(r"(?:\d+(?:[.,]\d+)*|[^\W\d_]+)\Z")
_SYMBOLS = re.compile(r"(?:[A-Z][a-z]?)+")
_MARKS_BEFORE_NOTE = frozenset('.,;:!?"”’»)]…。，、！？」』')
_UNIT_NAMES = "m cm mm km dm µm nm ft in yd mi s min h ha sq px µs ms м см мм км"
_UNITS = frozenset(_UNIT_NAMES.split())
"""Units whose powers, as in m/s², are left to those who say units."""
_AREAS = frozenset(("m", "cm", "mm", "km", "dm", "м", "см", "мм", "км"))
"""Units that have a power without a number too: "pro m²"."""
_UNIT_CONTEXT = re.compile(r"(?:\d[  ]?|[/·⋅])\Z")


class _Role(Enum):
    """What a raised text is."""

    POWER = auto()
    CHARGE = auto()
    ENDING = auto()
    UNIT = auto()
    NOTE = auto()
    PLAIN = auto()


@dataclass(frozen=True, slots=True)
class Exponent:
    """What is said in place of the characters [start, end) of a sentence; None leaves them as they are."""

    start: int
    end: int
    said: str | None


def read_exponent(match: re.Match[str], language: str, edited_until: int) -> Exponent:
    """What is said of a match of `EXPONENT`; characters before `edited_until` may not be changed again."""
    start, end = match.span()
    words = math_words(language)
    if match["mantissa"]:
        ten = match["ten"].translate(_PLAIN).lstrip("+")
        return Exponent(start, end, spoken_formula(f"{match['mantissa']}\\times 10^{{{ten}}}", language))
    if match["surd"]:
        key = "root" if match["surd"] == "√" else "cuberoot"
        return Exponent(start, end, words[key].format(match["radicand"].strip("()")))
    if match["variable"]:
        return Exponent(
            start, end, f"{words.get(match['variable'], match['variable'])} {match['index'].strip('{}')}"
        )
    tagged = (match["tagged"] or "").strip()
    if match["lowered"] or (match["tag"] or "").lower() == "sub":
        return _lowered(match, tagged or (match["lowered"] or "").translate(_PLAIN), edited_until)
    if match["caret"]:
        return _power(
            match, match["caret"].strip("{}()").translate(_PLAIN), language, edited_until, is_caret=True
        )
    return _power(
        match, tagged.translate(_PLAIN) or (match["raised"] or "").translate(_PLAIN), language, edited_until
    )


def _base_before(match: re.Match[str]) -> str:
    """The number or the letters before a match, between which nothing stands but marks of emphasis."""
    found = _BASE.search(match.string[max(0, match.start() - 24) : match.start()].rstrip("*_"))
    return found[0] if found else ""


def _lowered(match: re.Match[str], index: str, edited_until: int) -> Exponent:
    """An index: H₂O is "H 2 O"."""
    start, end = match.span()
    base = _base_before(match)
    goes_on = match.string[end : end + 1].isalnum()
    said = f" {index}{' ' if goes_on else ''}"
    if _SYMBOLS.fullmatch(base) and len(base) > 1 and start - len(base) >= edited_until:
        return Exponent(start - len(base), end, " ".join(re.findall("[A-Z][a-z]?", base)) + said)
    return Exponent(start, end, said)


def _power(
    match: re.Match[str], exponent: str, language: str, edited_until: int, *, is_caret: bool = False
) -> Exponent:
    start, end = match.span()
    base = _base_before(match)
    before = match.string[max(0, start - len(base) - 2) : start - len(base)]
    role = _role(base, before, match.string[start - 1 : start] if start else "", exponent)
    if is_caret and role in (_Role.NOTE, _Role.ENDING, _Role.PLAIN):
        return Exponent(start, end, None)
    said: str | None = ""
    match role:
        case _Role.ENDING:
            said = exponent
        case _Role.UNIT:
            said = exponent.translate(_RAISED_DIGITS)
        case _Role.PLAIN:
            said = exponent if match["tag"] else None
        case _Role.CHARGE:
            said = f" {exponent[:-1]} {math_words(language)[exponent[-1]]}".replace("  ", " ")
        case _Role.POWER if (
            not match.string.endswith(base or " ", 0, start) or start - len(base) < edited_until
        ):
            said = spoken_power("Q", exponent, language).replace("Q", " ").rstrip()
        case _Role.POWER:
            space_behind = " " if match.string[end : end + 1].isalpha() else ""
            return Exponent(start - len(base), end, spoken_power(base, exponent, language) + space_behind)
    return Exponent(start, end, said)


def _role(base: str, before: str, neighbour: str, exponent: str) -> _Role:
    is_number = _NUMBER.fullmatch(exponent) is not None
    is_charge = _CHARGE.fullmatch(exponent) is not None
    is_note = _NOTE.fullmatch(exponent) is not None
    is_short = is_number or len(exponent) <= 3
    roles = (
        (not exponent or not neighbour or neighbour.isspace(), _Role.PLAIN),
        (base[:1].isdigit() and exponent.lower() in _ORDINAL_ENDINGS, _Role.ENDING),
        (base[:1].isdigit(), _Role.POWER),
        (is_number and base in _AREAS, _Role.UNIT),
        (is_number and base in _UNITS and _UNIT_CONTEXT.search(before), _Role.UNIT),
        (is_charge and (base[-1:].isalpha() or neighbour in _SUBSCRIPTS + ">"), _Role.CHARGE),
        (base and _is_variable(base) and is_short, _Role.POWER),
        (neighbour == ")" and exponent in ("2", "3", "4", "n", "−1"), _Role.POWER),
        (is_note and (base or neighbour in _MARKS_BEFORE_NOTE), _Role.NOTE),
    )
    return next((role for is_so, role in roles if is_so), _Role.PLAIN if is_number else _Role.ENDING)


def _is_variable(base: str) -> bool:
    """Whether letters are a variable, or some of a formula (`mc`, `πr`), and no word."""
    if len(base) == 1:
        return base.isascii() or "α" <= base <= "ω"
    return (
        len(base) == 2
        and not any(letter in "aeiouyAEIOUY" for letter in base)
        and base[0].islower()
        and (base.isascii() or "α" <= base[0] <= "ω")
    )
