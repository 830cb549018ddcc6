"""The vocoder's harmonic source: sines at multiples of the pitch, with noise, as an STFT's levels and phases.

Numbers and formulas are those of the package kokoro (SineGen, SourceModuleHnNSF, TorchSTFT).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .checkpoint import Array

_RATE_HZ = 24_000
_VOICED_HZ = 10.0
_AMPLITUDE = 0.1
_NOISE_VOICED, _NOISE_UNVOICED = 0.003, _AMPLITUDE / 3


@dataclass(frozen=True, slots=True)
class HarmonicSource:
    """The source of one network: how much of each harmonic, and the STFT's size and hop in samples."""

    weights: Array
    bias: float
    size: int
    hop: int

    def spectrum(self, pitch: Array, samples_per_value: int, seed: int) -> Array:
        """Return levels, then phases: (1, size + 2, 1, samples / hop + 1), for the pitch in Hz."""
        return self._stft(self._wave(pitch, samples_per_value, seed))

    def _wave(self, pitch: Array, step: int, seed: int) -> Array:
        harmonics = np.arange(1, self.weights.size + 1)
        turns = np.cumsum((pitch[:, None].astype(np.float64) * harmonics / _RATE_HZ) % 1, axis=0) * step
        # Linear between the middles of the values, level before the first and behind the last.
        place = np.clip((np.arange(len(pitch) * step) + 0.5) / step - 0.5, 0, len(pitch) - 1)
        before = np.minimum(place.astype(np.int64), max(len(pitch) - 2, 0))
        share = (place - before)[:, None]
        after = np.minimum(before + 1, len(pitch) - 1)
        phase = turns[before] * (1 - share) + turns[after] * share
        sines = np.sin(2 * np.pi * (phase % 1)).astype(np.float32)
        voiced = np.repeat(pitch > _VOICED_HZ, step)[:, None]
        noise = np.random.default_rng(seed).standard_normal(sines.shape, np.float32)
        noise *= np.where(voiced, np.float32(_NOISE_VOICED), np.float32(_NOISE_UNVOICED))
        mixed = (sines * np.float32(_AMPLITUDE) * voiced + noise) @ self.weights
        result: Array = np.tanh(mixed + np.float32(self.bias))
        return result

    def _stft(self, wave: Array) -> Array:
        padded = np.pad(wave, self.size // 2, mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(padded, self.size)[:: self.hop]
        spectrum = np.fft.rfft(frames * hann_window(self.size), axis=1).astype(np.complex64)
        both = np.concatenate([np.abs(spectrum), np.angle(spectrum)], axis=1)
        return np.ascontiguousarray(both.T)[None, :, None, :]


def hann_window(size: int) -> Array:
    """The periodic window of torch.hann_window."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)
