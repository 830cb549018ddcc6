"""What either runtime makes of a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voice_server.worker.api import Pcm

SAMPLES_PER_FRAME = 600
"""Of a phoneme's duration, at 24 000 Hz: 25 ms."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A spoken sentence: how many frames each phoneme has, with those before and after, and its samples.

    The first `start` samples are silence and not among the pieces.
    """

    frames: list[int]
    start: int
    pieces: Iterator[Pcm]
