"""The values of SSML's attributes, and what `say-as` makes of a text. Source: SSML 1.1, W3C, 2010."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from voice_server.core.text.directives import RATES
from voice_server.core.text.normalization.rule import language

_VOLUMES: Final = {
    "silent": 0.0, "x-soft": 0.35, "soft": 0.6, "medium": 1.0, "default": 1.0, "loud": 1.5, "x-loud": 2.0,
}  # fmt: skip
_PITCHES: Final = {
    "x-low": 0.7, "low": 0.85, "medium": 1.0, "default": 1.0, "high": 1.2, "x-high": 1.4,
}  # fmt: skip
_FACTOR = re.compile(
    r"(?P<sign>[+-]?)(?P<number>\d{1,4}(?:\.\d{1,4})?|\.\d{1,4})(?P<unit>%|dB|st|)", re.IGNORECASE
)
RATE_VALUES: Final = f"{', '.join(RATES)}, a factor (1.2) or a share (120%, +20%)"
"""What `rate_factor` knows, for a message, as are those below."""
VOLUME_VALUES: Final = f"{', '.join(_VOLUMES)}, decibels (+6dB), a factor (0.5) or a share (50%, +20%)"
PITCH_VALUES: Final = f"{', '.join(_PITCHES)}, semitones (+2st), a factor (1.2) or a share (+10%)"
_LARGEST_STEP = 200.0
"""Decibels or semitones beyond which every factor is out of range."""
_LEAST, _MOST = 0.05, 20.0
_DECIBELS_OF_TEN_TIMES: Final = 20
_SEMITONES: Final = 12
_MOST_DIGITS: Final = 15
_ROMAN = re.compile("M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_DATE = re.compile(r"\s*(\d{1,4})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,4})\s*")
_CLOCK = re.compile(r"(\d)\s*([ap])\.?m\.?", re.IGNORECASE)
_YEAR_DIGITS: Final = 4


def rate_factor(value: str, enclosing: float) -> float | None:
    """The factor that a `rate` means, inside text with the factor `enclosing`; None for a wrong value."""
    return _factor(value, enclosing, RATES, "")


def volume_factor(value: str, enclosing: float) -> float | None:
    """The factor that a `volume` means, inside text with the factor `enclosing`; None for a wrong value."""
    return _factor(value, enclosing, _VOLUMES, "db")


def pitch_factor(value: str, enclosing: float) -> float | None:
    """The factor that a `pitch` means, inside text with the factor `enclosing`; None for a wrong value."""
    return _factor(value, enclosing, _PITCHES, "st")


def _factor(value: str, enclosing: float, words: dict[str, float], relative: str) -> float | None:
    value = value.strip().lower()
    if value in words:
        return words[value]
    match = _FACTOR.fullmatch(value)
    if match is None:
        return None
    number, unit = float(match["number"]), match["unit"]
    signed = -number if match["sign"] == "-" else number
    if unit == "%":
        factor = enclosing * (1 + signed / 100) if match["sign"] else number / 100
    elif unit and unit == relative:
        signed = min(max(signed, -_LARGEST_STEP), _LARGEST_STEP)
        scale = 10 ** (signed / _DECIBELS_OF_TEN_TIMES) if unit == "db" else 2 ** (signed / _SEMITONES)
        factor = enclosing * scale
    elif unit or match["sign"]:
        return None
    else:
        factor = number
    return min(max(factor, _LEAST), _MOST)


def said_as(text: str, interpret_as: str, form: str, tag: str) -> str | None:
    """What is said of a text that is to be read as something; None where nothing is known of that.

    `form` is the attribute `format`, `tag` the BCP 47 tag of the language. What normalization reads right as
    it is written stays so.
    """
    kind = interpret_as.strip().lower()
    if kind == "ordinal":
        return _ordinal(text, tag)
    if kind == "date":
        return _date(text, form.strip().lower())
    read = _READERS.get(kind)
    return None if read is None else read(text)


def _characters(text: str) -> str:
    """Each character by itself, with a pause between words."""
    letters = text.upper() if text.islower() else text
    return ", ".join(" ".join(word) for word in letters.split())


def _digits(text: str) -> str:
    """Each digit by itself, with a pause where groups are parted."""
    groups = re.findall(r"\+?\d+|[A-Za-z]+", text)
    return ", ".join(" ".join(group) if group.lstrip("+").isdigit() else group for group in groups) or text


def _cardinal(text: str) -> str:
    number = _number(text)
    return text if number is None or any(map(str.isdigit, text)) else str(number)


def _time(text: str) -> str:
    return _CLOCK.sub(r"\1 \2m", text)


def _as_written(text: str) -> str:
    """What normalization, or the engine, reads right by itself."""
    return text


_READERS: Final[dict[str, Callable[[str], str]]] = {
    **dict.fromkeys(("characters", "spell-out", "verbatim"), _characters),
    **dict.fromkeys(("digits", "telephone"), _digits),
    **dict.fromkeys(("cardinal", "number"), _cardinal),
    "time": _time,
    **dict.fromkeys(("currency", "unit", "fraction", "address", "duration"), _as_written),
}


KINDS: Final = ", ".join(("ordinal", "date", *_READERS))
"""What `said_as` knows to interpret a text as, for a message."""


def _number(text: str) -> int | None:
    """A whole number, in digits or Roman."""
    written = text.strip().replace(",", "").replace(" ", "")
    if written.isascii() and written.isdigit() and len(written) <= _MOST_DIGITS:
        return int(written)
    roman = written.upper()
    if not roman or not _ROMAN.fullmatch(roman):
        return None
    values = [_ROMAN_VALUES[letter] for letter in roman]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def _ordinal(text: str, tag: str) -> str:
    number = _number(re.sub(r"(?<=\d)(?:\.|[a-zº°ª]{1,3})$", "", text.strip()))
    known = language(tag.partition("-")[0].lower(), keeps_digits=False)
    if number is None or known is None or not known.words.spells_numbers:
        return text
    return known.spelling.ordinal(number)


def _date(text: str, form: str) -> str:
    """A whole date in the form that normalization reads in every language; any other as it is written."""
    match = _DATE.fullmatch(text)
    if match is None:
        return text
    first_is_year = len(match[1]) == _YEAR_DIGITS
    order = form if sorted(form) == ["d", "m", "y"] else "ymd" if first_is_year else ""
    if not order:
        return text
    parts = dict(zip(order, match.groups(), strict=True))
    year, month, day = (int(parts[part]) for part in "ymd")
    is_date = len(parts["y"]) == _YEAR_DIGITS and 1 <= month <= 12 and 1 <= day <= 31
    return f"{year:04}-{month:02}-{day:02}" if is_date else text
