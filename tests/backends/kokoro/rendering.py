"""Renders a sentence; run by a backend's python: MODEL HOW OUT.npz.

HOW is `torch`, or of ONNX Runtime `exact`, `streamed`, or `at once` for one window over all of it. Either
runtime has a generator of its own, so for `torch` and `exact`, to be compared, what is random is left out.
"""

from __future__ import annotations

import sys
from pathlib import Path
from unittest import mock

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[3]))

from tts_backends.kokoro.backend import Backend

PHONEMES = "ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˈOvəɹ ðə lˈAzi dˈɔɡ, ænd ðˈɛn ɪt slˈips."


class _Silent:
    def standard_normal(self, shape: tuple[int, ...], dtype: type) -> np.ndarray:
        return np.zeros(shape, dtype)


model, how, out = sys.argv[1:]
backend = Backend(model, runtime="torch" if how == "torch" else "onnx", device="cpu")
if how == "torch":
    import torch

    mock.patch.multiple(torch, randn_like=torch.zeros_like, rand=torch.zeros).start()
if how == "exact":
    mock.patch.object(np.random, "default_rng", return_value=_Silent()).start()
if how == "at once":
    from tts_backends.kokoro import onnx_model

    onnx_model._WINDOWS = (10_000,)
sound = backend._model.speak(
    PHONEMES, [(1.0, backend._pack("af_heart"))], 1.0, 0, lambda: None, exact=how == "exact"
)
pieces = [np.asarray(piece) for piece in sound.pieces]
ends = np.cumsum([len(piece) for piece in pieces])
np.savez(out, frames=sound.frames, start=sound.start, samples=np.concatenate(pieces), ends=ends)
