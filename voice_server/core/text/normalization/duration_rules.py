"""Durations in the letters of their units: "1h 5m 30s", "2d 4h"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from voice_server.core.text.normalization.number_syntax import WrittenNumber
from voice_server.core.text.normalization.prefilter import any_of
from voice_server.core.text.normalization.rule import Language, Rule
from voice_server.core.text.offsets import Edit

_UNITS: Final = {"d": "duration-day", "h": "duration-hour", "m": "duration-minute", "s": "duration-second"}
_LONGEST_FIRST: Final = "".join(_UNITS)
_DURATION: Final = re.compile(r"(?<![\w.,])\d{1,3}(?:d|h|m(?:in)?)(?:[ ]?\d{1,2}(?:h|m(?:in)?|s)){1,3}(?!\w)")
_PART: Final = re.compile(r"(?P<number>\d+)(?P<unit>[dhms])")


def duration_rules(language: Language) -> list[Rule]:
    """Two units or more: one letter alone may be another unit."""
    return [Rule("amounts", _DURATION, _Durations(language).read, any_of("1d 1h 1m"))]


class _Durations:
    def __init__(self, language: Language) -> None:
        self._language = language

    def read(self, match: re.Match[str]) -> Sequence[Edit]:
        """Each number with the name of its unit."""
        parts = _PART.findall(match[0])
        order = [_LONGEST_FIRST.index(unit) for _, unit in parts]
        if order != sorted(set(order)):
            return ()
        space = self._language.words.space
        return [Edit(*match.span(), space.join(self._part(int(number), unit) for number, unit in parts))]

    def _part(self, value: int, unit: str) -> str:
        pattern = self._language.names.unit(_UNITS[unit], value)
        gender = self._language.gender_of(pattern.replace("{}", "").strip())
        return pattern.replace("{}", self._language.spelling.number(WrittenNumber(str(value)), gender))
