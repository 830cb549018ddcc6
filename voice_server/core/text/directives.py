"""Directives: places in a text at which something changes in how it is said; they are not read themselves.

A pause that is asked for, another voice or rate from there on, the end of a sentence that its signs do not
show. Whoever filters a text finds them (`filtering/`); offsets are those of the filtered text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Style:
    """How text is said other than the request says; what is None, or a factor of 1, is as there.

    `speaker` is a name of the request's speakers; `voice` is a voice as a request names it, perhaps behind
    its backend and a slash; `language` is a BCP 47 tag, `gender` "female" or "male". `rate`, `volume` and
    `pitch` are factors.
    """

    speaker: str | None = None
    voice: str | None = None
    language: str | None = None
    gender: str | None = None
    rate: float = 1.0
    volume: float = 1.0
    pitch: float = 1.0


PLAIN: Final = Style()
"""As the request says."""

RATES: Final = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.75}
"""The words for a rate, as a factor."""

BREAKS_MS: Final = {"none": 0, "x-weak": 60, "weak": 120, "medium": 250, "strong": 600, "x-strong": 1000}
"""The words of SSML for how strong a break is, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Directive:
    """What changes at `offset`; None is what does not.

    `pause_ms` stands in place of the pause that the server would make, `style` holds from here on. Where it
    `ends_sentence`, what is before and behind are two sentences.
    """

    offset: int
    pause_ms: float | None = None
    style: Style | None = None
    ends_sentence: bool = False
