"""What the models make of a recording: its conditionals, kept so that they are made once.

Every request gets a copy, since the models write into what they are given.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import soundfile

from voice_server.worker.api import (
    MAX_SAMPLE_SECONDS,
    CloneCache,
    check_sample,
    find_sample,
    unreadable_sample,
)

_IN_MEMORY = 32
_SHORTEST_S = {"turbo": 5.1, "english": 1.0, "multilingual": 1.0}


class Speakers:
    """The clones of one model."""

    def __init__(self, model: Any, kind: str, folder: Path, samples: Path | None) -> None:
        self._model = model
        self._kind = kind
        self._samples = samples
        self._built_in = model.conds
        self._conditionals = sys.modules[type(model).__module__].Conditionals
        self._identity = f"{kind} {folder.resolve()}"
        self._kept: CloneCache[Any] = CloneCache("chatterbox", ".pt", self._load, _save, in_memory=_IN_MEMORY)

    @property
    def has_built_in(self) -> bool:
        """Whether the model brings a voice of its own."""
        return self._built_in is not None

    def take(self, voice: str, *, norm_loudness: bool) -> Any:
        """Return what `generate` needs of a voice; None means the model's own.

        Raises UnknownName, or RequestError for a recording that cannot be used.
        """
        return _copy(self._find(voice, norm_loudness=norm_loudness))

    def take_built_in(self) -> Any:
        """The model's own voice."""
        return _copy(self._built_in)

    def _find(self, voice: str, *, norm_loudness: bool) -> Any:
        file = find_sample(self._samples, voice)
        return self._kept.take(
            file,
            f"{self._identity} {norm_loudness}",
            lambda: self._make(voice, file, norm_loudness=norm_loudness),
        )

    def _load(self, file: Path) -> Any:
        return self._conditionals.load(file).to(self._model.device)

    def _make(self, voice: str, file: Path, *, norm_loudness: bool) -> Any:
        try:
            samples, rate_hz = librosa.load(file, sr=None, duration=MAX_SAMPLE_SECONDS)
        except Exception:  # every decoder has its own
            raise unreadable_sample(voice) from None
        check_sample(voice, np.abs(samples), int(rate_hz), shortest_s=_SHORTEST_S[self._kind])
        start = BytesIO()
        soundfile.write(start, samples, int(rate_hz), format="WAV", subtype="FLOAT")
        start.seek(0)
        extra = {"norm_loudness": norm_loudness} if self._kind == "turbo" else {}
        self._model.prepare_conditionals(start, **extra)
        return self._model.conds


def _copy(made: Any) -> Any:
    return type(made)(replace(made.t3), dict(made.gen))


def _save(made: Any, file: Path) -> None:
    made.save(file)
