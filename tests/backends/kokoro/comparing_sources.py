"""Compares the harmonic source with the package's; run by the python that has it.

Prints as JSON the largest difference of levels, and of phases wherever the level is not next to nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from kokoro.istftnet import Generator

sys.path.append(str(Path(__file__).resolve().parents[3]))

from tts_backends.kokoro.harmonic_source import HarmonicSource

torch.manual_seed(0)
generator = Generator(128, [3], [10, 6], 512, [[1, 3, 5]], [20, 12], 20, 5)
linear = generator.m_source.l_linear
source = HarmonicSource(linear.weight.detach().numpy().reshape(-1), float(linear.bias), 20, 5)
pitch = np.concatenate([np.linspace(90, 240, 60), np.zeros(20), np.linspace(200, 110, 40)]).astype(np.float32)


class _Silent:
    def standard_normal(self, shape: tuple[int, ...], dtype: type) -> np.ndarray:
        return np.zeros(shape, dtype)


with mock.patch.multiple(torch, randn_like=torch.zeros_like, rand=torch.zeros), torch.inference_mode():
    curve = generator.f0_upsamp(torch.from_numpy(pitch)[None, None]).transpose(1, 2)
    wave, _, _ = generator.m_source(curve)
    level, phase = (each.numpy()[0] for each in generator.stft.transform(wave.transpose(1, 2).squeeze(1)))
with mock.patch.object(np.random, "default_rng", return_value=_Silent()):
    ours = source.spectrum(pitch, 300, 0)[0, :, 0]
heard = level > 1e-2
turns = np.angle(np.exp(1j * (ours[11:] - phase)))[heard]
print(
    json.dumps([float(np.abs(ours[:11] - level).max()), float(np.abs(turns).max()), bool(heard.mean() > 0.1)])
)
