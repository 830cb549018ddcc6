"""Words as tones: every word a note of its own, so that samples out of place, missing or doubled show.

Standard library only, and cheap: a note is one cycle of a sine repeated, so a second of it costs a few
microseconds.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from zlib import crc32

_MS_PER_CHARACTER = 60  # of speech at the usual speed
_NOTES = 48
_LOUDNESS = 8000
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Tone:
    """A stretch of samples; `word` is its place in the text, or None for a pause."""

    pcm: bytes
    word: tuple[int, int] | None = None


def spoken(text: str, base_hz: float, sample_rate_hz: int, speed: float) -> Iterator[Tone]:
    """A note for every word and a pause between two; longer words and slower speeds take longer."""
    samples_per_character = sample_rate_hz * _MS_PER_CHARACTER / 1000 / speed
    pause = bytes(2 * round(samples_per_character))
    for number, word in enumerate(_WORD.finditer(text)):
        if number:
            yield Tone(pause)
        note = crc32(word[0].encode("utf-8", "replace")) % _NOTES
        cycle = _cycle(round(sample_rate_hz / (base_hz * 2 ** (note / 24))))
        cycles = max(1, round(samples_per_character * len(word[0]) * 2 / len(cycle)))
        yield Tone(cycle * cycles, word.span())


def hummed(text: str, base_hz: float, sample_rate_hz: int, speed: float) -> Tone:
    """One note for the whole text: next to no work, for measuring everything else."""
    cycle = _cycle(round(sample_rate_hz / base_hz))
    wanted_bytes = 2 * sample_rate_hz * _MS_PER_CHARACTER / 1000 / speed * len(text.strip())
    return Tone(cycle * round(wanted_bytes / len(cycle)))


@cache
def _cycle(period_samples: int) -> bytes:
    """One cycle of a sine, from zero to zero, so that notes neither begin nor end with a click."""
    samples = (
        round(_LOUDNESS * math.sin(2 * math.pi * index / period_samples)) for index in range(period_samples)
    )
    return struct.pack(f"<{period_samples}h", *samples)
