"""Piper: small neural voices in more than thirty languages, several times faster than speech on any CPU.

A voice is a file of a folder (`en_US-joe-medium`), or a speaker of a file with several
(`en_US-libritts_r-medium+3922`). The setting `voices` names those that `voice-server setup piper` fetches,
`model` a folder of one's own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice_server.worker.api import (
    BackendError,
    Capabilities,
    NotSetUp,
    Option,
    Pcm,
    UnknownName,
    Voice,
    WordMark,
    parts_of,
    word_spans,
)

from .loudness import loudness_of
from .model import Model, Scales, Sound, is_heard
from .speakers import Speaker, speakers_in
from .weights import DEFAULT_VOICES, folder_of
from .words import word_marks

_VOICES_IN_MEMORY = 4
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""Spaces in place of what the phonemizer takes for the text's end, or cannot take; one character each."""


class Backend:
    """Speaks with Piper's voices."""

    sample_rate = 22_050
    options = (
        Option("speed", "number", 1.0, 0.25, 4.0, description="1 is the voice's own pace"),
        Option("noise_scale", "number", None, 0.0, 2.0, description="how much the sound varies"),
        Option("noise_w", "number", None, 0.0, 2.0, description="how much the rhythm varies"),
    )
    capabilities = Capabilities(options=options, times="model", normalizes=("numbers",), inline_phonemes=True)

    def __init__(
        self,
        model: str = "",
        voices: Sequence[str] = DEFAULT_VOICES,
        device: str = "cpu",
        threads: int = 0,
    ) -> None:
        if device != "cpu":
            raise BackendError(f"device must be cpu, not {device!r}")
        try:
            self._speakers = speakers_in(folder_of(model, voices))
        except FileNotFoundError as missing:
            raise NotSetUp(str(missing)) from None
        if not self._speakers:
            raise NotSetUp("no voice of the folder has its file .onnx.json; run: voice-server setup piper")
        first = {voice: number for number, voice in enumerate(voices)}
        self._speakers = dict(
            sorted(self._speakers.items(), key=lambda each: first.get(each[0].id, len(first)))
        )
        self._by_id = {voice.id: speaker for voice, speaker in self._speakers.items()}
        self._model = lru_cache(_VOICES_IN_MEMORY)(lambda file: Model(file, threads))
        self._lufs: dict[str, float | None] = {}

    def voices(self) -> Iterable[Voice]:
        """Every file of the folder and its speakers; those of the settings come first."""
        return list(self._speakers)

    def loudness_lufs(self, voice: str) -> float | None:
        """How loud a voice is, measured at its first use. Raises UnknownName."""
        if voice not in self._lufs:
            speaker = self._speaker(voice)
            self._lufs[voice] = loudness_of(voice, speaker, self._model(speaker.file))
        return self._lufs[voice]

    def _speaker(self, voice: str) -> Speaker:
        speaker = self._by_id.get(voice)
        if speaker is None:
            raise UnknownName("voice", voice, self._by_id)
        return speaker

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[Pcm | WordMark]:
        """Speak `text`, sentence by sentence."""
        speaker = self._speaker(voice)
        model: Model = self._model(speaker.file)
        text = _UNSPEAKABLE.sub(" ", text)
        sentences = model.sentences(_in_pipers_notation(text))
        sounds: list[Sound] = []
        n_samples = 0
        for number, phonemes in enumerate(sentences):
            seed = options.get("seed", 0) + number
            samples, found = model.render(phonemes, _scales(model, options), speaker.number, seed)
            sounds += (each.later(n_samples) for each in found)
            n_samples += len(samples)
            if number == len(sentences) - 1:
                yield from _marks(model, text, sounds)
            yield _resampled(samples, model.config.sample_rate)


def _scales(model: Model, options: Mapping[str, Any]) -> Scales:
    """What the options ask for, and what the voice was trained for where they do not."""
    config = model.config
    noise, noise_w = options.get("noise_scale"), options.get("noise_w")
    return Scales(
        config.length_scale / options["speed"],
        config.noise_scale if noise is None else noise,
        config.noise_w_scale if noise_w is None else noise_w,
    )


def _marks(model: Model, text: str, sounds: Sequence[Sound]) -> Iterator[WordMark]:
    alone = [
        list(filter(is_heard, chain.from_iterable(model.sentences(word)))) for word in _words_alone(text)
    ]
    return word_marks(text, alone, sounds, model.config.sample_rate / 1000)


def _in_pipers_notation(text: str) -> str:
    """The text with `[[ipa]]` in place of words that are said by their phonemes."""
    return "".join(f"[[{_spelled(part.ipa)}]]" if part.ipa else part.text for part in parts_of(text))


def _words_alone(text: str) -> Iterator[str]:
    """What is read for each word of `text` if it is read alone; "" if another's phonemes include it."""
    for part in parts_of(text):
        words = [part.text[start:end] for start, end in word_spans(part.text, 0, len(part.text))]
        if part.ipa:
            sounds = part.ipa.split()
            sounds = sounds if len(sounds) == len(words) else [part.ipa] + [""] * (len(words) - 1)
            words = [f"[[{_spelled(sound)}]]" if sound else "" for sound in sounds[: len(words)]]
        yield from words


def _spelled(ipa: str) -> str:
    """IPA as espeak-ng spells it for Piper: accents apart from their letters."""
    return unicodedata.normalize("NFD", ipa)


def _resampled(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """A whole sentence at the backend's rate: small voices have 16 kHz, and nothing above is lost."""
    if rate_hz == Backend.sample_rate or not len(samples):
        return samples
    wanted = round(len(samples) * Backend.sample_rate / rate_hz)
    spectrum = np.fft.rfft(samples)
    return (np.fft.irfft(spectrum, wanted) * (wanted / len(samples))).astype(np.float32)
