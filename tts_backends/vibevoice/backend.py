"""VibeVoice through transformers: speech in chunks as the model makes it, with the voice of a recording.

A voice is the name of a recording in the folder of voice samples, or `any`: then the model picks a speaker by
itself, and may pick another one for the next sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import librosa
import numpy as np
import torch

from voice_server.worker.api import (
    MAX_SAMPLE_SECONDS,
    BackendError,
    Capabilities,
    NotSetUp,
    Option,
    Pcm,
    Voice,
    check_sample,
    find_sample,
    sample_voices,
    samples_folder,
    unreadable_sample,
)

from .model import DTYPES, Model
from .weights import PUBLISHED, folder_of

_ANY = "any"
_SCRIPTS = "Hani"  # the published models speak English and Chinese
_SHORTEST_S, _USED_S = 1.0, 15.0


class Backend:
    """Speaks with VibeVoice."""

    options = (
        Option("guidance_scale", "number", 1.3, 1.0, 3.0, description="higher keeps closer to the sample"),
        Option("num_diffusion_steps", "integer", 10, 1, 50, description="fewer are faster, 5 still good"),
        Option("cfg_scale", "number", None, 1.0, 3.0, description="another name of guidance_scale"),
        Option("inference_steps", "integer", None, 1, 50, description="another name of num_diffusion_steps"),
        Option("do_sample", "boolean", ignored=True),  # the model always takes the likeliest token
        Option("temperature", "number", None, 0.0, 2.0, ignored=True),
    )
    capabilities = Capabilities(streams=True, clones=True)
    measured_loudness = True

    def __init__(self, model: str = PUBLISHED, device: str = "auto", dtype: str = "auto") -> None:
        if dtype not in DTYPES:
            raise BackendError(f"dtype is one of {', '.join(DTYPES)}, not {dtype!r}")
        try:
            self._model = Model(folder_of(model), device, dtype)
        except FileNotFoundError as missing:
            raise NotSetUp(str(missing)) from None
        self.sample_rate = self._model.sample_rate_hz
        self._samples = samples_folder()
        self._read = lru_cache(maxsize=32)(self._read_sample)

    @property
    def can_fork(self) -> bool:
        """Whether workers may be copies of this process: a GPU's state cannot be copied."""
        return self._model.device == "cpu"

    def use_threads(self, count: int) -> None:
        """Render with so many threads from now on."""
        torch.set_num_threads(count)

    def voices(self) -> Iterable[Voice]:
        """Whoever the model picks, and the recordings."""
        yield Voice(_ANY, "Any", "en", scripts=_SCRIPTS)
        yield from (replace(voice, scripts=_SCRIPTS) for voice in sample_voices(self._samples, "en"))

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[Pcm]:
        """Speak `text`, chunk by chunk."""
        pieces: list[Pcm] = []
        self.push(text, voice, options, pieces.append)
        yield from pieces

    def push(self, text: str, voice: str, options: Mapping[str, Any], give: Callable[[Pcm], object]) -> None:
        """The same, each chunk handed to `give` as it is made."""
        sample = None
        if voice != _ANY:
            file = find_sample(self._samples, voice)
            sample = self._read(voice, file.stat().st_mtime_ns)
        if any(map(str.isalnum, text)):
            self._model.speak(text, sample, options, give)

    def _read_sample(self, voice: str, _changed_at: int) -> Any:
        """The first seconds of a recording, at the model's rate."""
        file = find_sample(self._samples, voice)
        try:
            samples, _ = librosa.load(file, sr=self.sample_rate, duration=MAX_SAMPLE_SECONDS)
        except Exception:  # every decoder has its own
            raise unreadable_sample(voice) from None
        check_sample(voice, np.abs(samples), self.sample_rate, shortest_s=_SHORTEST_S)
        return samples[: int(_USED_S * self.sample_rate)]
