"""The small Chatterbox without noise, so that renders can be compared, and with a diary.

Its weights are changed so that sound and pitch depend on the tokens. In the diary stands, a line for each
piece, how many steps the language model had made before it, and whether it has the watermark (0 or 1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

_small = import_module(".small_backend", __package__)


def _no_noise(*shape: int, generator: torch.Generator) -> torch.Tensor:
    return torch.zeros(*shape)


def _silence_noise() -> None:
    torch.randn_like, torch.randn = torch.zeros_like, _no_noise
    torch.distributions.uniform.Uniform.sample = lambda _self, sample_shape=(): torch.zeros(sample_shape)


def _raise_voice(vocoder: Any) -> None:
    """Have tokens decide the sound, and the pitch, about 200 Hz, which random weights leave at 0."""
    with torch.no_grad():
        vocoder.flow.input_embedding.weight.mul_(20)
        vocoder.flow.encoder_proj.weight.mul_(20)
        vocoder.mel2wav.f0_predictor.classifier.weight.mul_(200)
        vocoder.mel2wav.f0_predictor.classifier.bias.add_(200)


class Backend(_small.Backend):  # type: ignore[misc, name-defined]
    """Chatterbox, deterministic but for its tokens."""

    def __init__(self, diary: str, **settings: Any) -> None:
        super().__init__(**settings)
        _silence_noise()
        _raise_voice(self._model.s3gen)
        self._diary = Path(diary)
        self._steps = 0
        self._model.t3.tfmr.norm.register_forward_pre_hook(self._count)

    def push(self, text: str, voice: str, options: Mapping[str, Any], give: Callable[[Any], object]) -> None:
        """The same, and written down."""

        def written_down(piece: Any) -> object:
            if len(piece):
                with self._diary.open("a") as diary:
                    diary.write(f"{self._steps} {self._watermark(piece)}\n")
            return give(piece)

        self._steps = 0
        super().push(text, voice, options, written_down)

    def _watermark(self, piece: torch.Tensor) -> int:
        samples = piece.flatten().numpy()
        return int(self._model.watermarker.get_watermark(samples, sample_rate=self.sample_rate))

    def _count(self, *_: object) -> None:
        self._steps += 1
