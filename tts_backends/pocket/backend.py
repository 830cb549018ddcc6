"""Pocket TTS: clones a voice from a recording on a CPU, and speaks while it is still at work.

`kind` names one of the package's models (`english`, `french`, `german_24l` …), `model` a folder with the
files of one; `language` is that of its voices, where it is another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from voice_server.worker.api import (
    BackendError,
    Capabilities,
    NotSetUp,
    Option,
    Pcm,
    Voice,
    samples_folder,
)

from .model import Model
from .speakers import Speakers, language_of
from .weights import DEFAULT_KIND, files_of, kinds

_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""A blank in place of what the tokenizers cannot take, or was never read to the model."""


class Backend:
    """Speaks with Pocket TTS."""

    def __init__(
        self,
        kind: str = DEFAULT_KIND,
        model: str = "",
        language: str = "",
        device: str = "cpu",
        quantize: bool = False,
    ) -> None:
        if kind not in kinds():
            raise BackendError(f"kind is one of {', '.join(kinds())}, not {kind!r}")
        if device not in ("cpu", "auto"):
            raise BackendError(f"device must be cpu, not {device!r}: this engine is made for it")
        try:
            files = files_of(kind, model)
        except FileNotFoundError as missing:
            raise NotSetUp(str(missing)) from None
        self._model = Model(files.configuration, quantize=quantize)
        self.sample_rate = self._model.sample_rate_hz
        self.options = _options(self._model)
        self.capabilities = Capabilities(streams=True, clones=self._model.clones)
        self._speakers = Speakers(
            self._model,
            f"{files.weights.resolve()} {files.weights.stat().st_mtime_ns} {quantize}",
            language or language_of(kind),
            files.voices,
            samples_folder(),
        )

    can_fork = True
    measured_loudness = True

    def use_threads(self, count: int) -> None:
        """Render with so many threads from now on; more than two have nothing to do."""
        self._model.use_threads(count)

    def voices(self) -> Iterable[Voice]:
        """The model's own voices and the recordings."""
        return self._speakers.voices()

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[Pcm]:
        """Speak `text`, 80 ms after 80 ms."""
        state = self._speakers.take(voice)
        text = _UNSPEAKABLE.sub(" ", text)
        if any(map(str.isalnum, text)):
            yield from self._model.speak(text, state, options)


def _options(model: Model) -> tuple[Option, ...]:
    """What the package's own command can be told, with the defaults that the model recommends."""
    return (
        Option("temperature", "number", model.temperature, 0.05, 2.0, description="higher is less certain"),
        Option("sampler_decode_steps", "integer", 1, 1, 16, description="more are slower, perhaps better"),
        Option("noise_clamp", "number", None, 0.1, 10.0, description="the largest number of the noise"),
        Option(
            "eos_threshold",
            "number",
            model.eos_threshold,
            -20.0,
            20.0,
            description="higher goes on for longer at the end",
        ),
        Option(
            "frames_after_eos", "integer", None, 0, 25, description="of 80 ms, behind the end of the text"
        ),
    )
