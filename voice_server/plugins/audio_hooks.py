"""A function of samples that a plugin brought, as a stage of sound: PCM in, PCM out, its result checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from voice_server.errors import PluginFault
from voice_server.plugins.audio_stages import AudioStage, Samples
from voice_server.plugins.speech_context import SpeechContext

_FULL_SCALE: Final = 32768.0
_MOST_TIMES_LONGER, _MOST_SECONDS_MORE = 10, 1

AudioFunction = Callable[[Samples, int, SpeechContext], Samples | None]


def audio_stage(name: str, origin: str, function: AudioFunction) -> AudioStage:
    """A stage of which one hears what `function` returns."""
    return AudioStage(name, lambda rate_hz, context: _FunctionFilter(function, rate_hz, context), origin)


@dataclass(slots=True)
class _FunctionFilter:
    """Calls the function with each piece of one sentence. Raises PluginFault for what is no sound."""

    function: AudioFunction
    to_hz: int
    context: SpeechContext

    def process(self, pcm: bytes) -> bytes:
        """The next piece, as the function returns it."""
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(_FULL_SCALE)
        n_samples = len(samples)
        result = self.function(samples, self.to_hz, self.context)
        if result is None:
            return pcm
        most = n_samples * _MOST_TIMES_LONGER + self.to_hz * _MOST_SECONDS_MORE
        scaled = _checked(result, most) * _FULL_SCALE
        changed: bytes = np.rint(scaled).clip(-_FULL_SCALE, _FULL_SCALE - 1).astype("<i2").tobytes()
        return changed

    def finish(self) -> bytes:
        """Nothing: a function keeps no sound back."""
        return b""


def _checked(result: object, most: int) -> Samples:
    """The result, if it is at most `most` samples of sound. Raises PluginFault."""
    if not isinstance(result, np.ndarray):
        raise PluginFault(f"returned {type(result).__name__} and not a numpy array")
    if result.ndim != 1:
        raise PluginFault(f"returned an array of {result.ndim} dimensions, and only one is allowed")
    if result.dtype not in (np.float32, np.float64):
        raise PluginFault(f"returned an array of {result.dtype}, and only float32 and float64 are allowed")
    if len(result) > most:
        raise PluginFault(f"returned more than {_MOST_TIMES_LONGER} times as many samples as it was given")
    if not np.isfinite(result).all():
        raise PluginFault("returned samples that are no finite numbers")
    return result
