"""The way of the sound from an engine to its listeners, as a list of named stages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from voice_server.core.audio.resample import Resampler
from voice_server.core.speech.text_stages import OWN_STAGE
from voice_server.plugins.speech_context import SpeechContext

Samples = npt.NDArray[np.floating[Any]]
"""One channel of sound: a one-dimensional array of floats from -1 to 1."""

RESAMPLING: Final = "resampling"
"""The stage that is always there, since clients get 24 kHz."""


class AudioFilter(Protocol):
    """The sound of one sentence on its way through one stage: int16 mono PCM."""

    @property
    def to_hz(self) -> int:
        """The sample rate of what comes out."""

    def process(self, pcm: bytes) -> bytes:
        """Take the next piece, which is not empty, and return what is ready."""

    def finish(self) -> bytes:
        """Return the rest."""


@dataclass(frozen=True, slots=True)
class AudioStage:
    """A step on the way of the sound: `open` makes the filter of a sentence that comes at a sample rate."""

    name: str
    open: Callable[[int, SpeechContext], AudioFilter]
    origin: str = OWN_STAGE


AUDIO_STAGES = (AudioStage(RESAMPLING, lambda rate_hz, _context: Resampler(rate_hz)),)
"""Our own stages of sound."""
