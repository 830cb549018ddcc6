"""The voices of Pocket TTS: those that come with the weights, and clones of recordings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from pocket_tts import export_model_state
from pocket_tts.data.audio_utils import convert_audio

from voice_server.worker.api import (
    MAX_SAMPLE_SECONDS,
    BackendError,
    CloneCache,
    RequestError,
    Voice,
    check_sample,
    find_sample,
    sample_voices,
    unreadable_sample,
)

from .model import Model

_IN_MEMORY = 8
"""Voices of each kind that stay in memory: one of 10 s takes 6 MB."""
_SHORTEST_S = 2.0
_NO_CLONES = (
    "these weights do not clone voices. For those that do, accept their terms at https://huggingface.co/kyutai/"
    "pocket-tts, log in with `hf auth login`, and run: voice-server setup pocket"
)
_LANGUAGES = {
    "english": "en",
    "french": "fr",
    "german": "de",
    "italian": "it",
    "portuguese": "pt",
    "spanish": "es",
    "dutch": "nl",
}
_FIRST = {
    "fr": "estelle",
    "de": "juergen",
    "it": "giovanni",
    "pt": "rafael",
    "es": "lola",
    "nl": "daan",
}
"""The package's default voice of a language; that of others is alba."""
_WOMEN = "alba anna azelma caro_davy cosette eponine estelle eve fantine jane lola mary vera"
_MEN = (
    "bill_boerst charles daan george giovanni javert jean juergen marius michael paul peter_yearsley rafael"
    " stuart_bell"
)


def language_of(kind: str) -> str:
    """The language that one of the package's models speaks, as a BCP 47 tag."""
    return _LANGUAGES[kind.partition("_")[0]]


class Speakers:
    """The voices of one model."""

    def __init__(
        self,
        model: Model,
        identity: str,
        language: str,
        built_in: Mapping[str, Path],
        samples: Path | None,
    ) -> None:
        self._model = model
        self._identity = identity
        self._language = language
        self._built_in = built_in
        self._samples = samples
        self._clones: CloneCache[Any] = CloneCache(
            "pocket", ".safetensors", model.load_voice, export_model_state, in_memory=_IN_MEMORY
        )
        self._read = lru_cache(_IN_MEMORY)(model.load_voice)

    def voices(self) -> Iterable[Voice]:
        """The model's own, the language's default first, and the recordings. Raises BackendError."""
        first = _FIRST.get(self._language, "alba")
        own = sorted(self._built_in, key=lambda name: (name != first, name))
        recordings = sample_voices(self._samples, self._language) if self._model.clones else []
        if not own and not recordings:
            raise BackendError(
                "the model has no voices of its own (embeddings), and there is no voice sample"
            )
        yield from (Voice(name, _title(name), self._language, _gender(name)) for name in own)
        yield from recordings

    def take(self, voice: str) -> Any:
        """Return the state that speaks with a voice.

        Raises UnknownName, or RequestError for a recording that cannot be used.
        """
        if voice in self._built_in:
            return self._read(self._built_in[voice])
        file = find_sample(self._samples, voice)
        if not self._model.clones:
            raise RequestError(f"the voice sample {voice} cannot be used: {_NO_CLONES}", code="bad_sample")
        return self._clones.take(file, self._identity, lambda: self._clone(voice, file))

    def _clone(self, voice: str, file: Path) -> Any:
        try:
            with soundfile.SoundFile(file) as recording:
                rate_hz = recording.samplerate
                samples = recording.read(int(MAX_SAMPLE_SECONDS * rate_hz), np.float32, always_2d=True)
        except Exception:  # every decoder has its own
            raise unreadable_sample(voice) from None
        mono = samples.mean(axis=1)
        check_sample(voice, np.abs(mono), rate_hz, shortest_s=_SHORTEST_S)
        mono = convert_audio(torch.from_numpy(mono)[None], rate_hz, self._model.sample_rate_hz, 1)[0]
        return self._model.clone(mono)


def _title(name: str) -> str:
    return " ".join(word.capitalize() for word in name.split("_"))


def _gender(name: str) -> str:
    return "female" if name in _WOMEN.split() else "male" if name in _MEN.split() else ""
