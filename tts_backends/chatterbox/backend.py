"""Chatterbox: clones a voice from a few seconds of sound, and laughs where the text says so.

`kind` chooses the model: `turbo` (the default), `english` or `multilingual`. A voice is `default`, or the
name of a recording in the folder of voice samples. All audio carries the model's inaudible watermark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import torch

from voice_server.samples import sample_voices, samples_folder
from voice_server.worker.api import BackendError, Capabilities, Pcm, RenderError, Voice

from .engine import KINDS, OPTIONS, arguments, call_between_steps, known_tags, load, pick_device, spell_tags
from .speakers import Speakers
from .weights import folder_of

_BUILT_IN = "default"
_TRIES = 2
_NO_TOKENS = "padded input size"  # of the error when the model stops before it has begun


class Backend:
    """Speaks with Chatterbox."""

    def __init__(self, kind: str = "turbo", model: str = "", device: str = "auto") -> None:
        if kind not in KINDS:
            raise BackendError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
        try:
            folder = folder_of(kind, model)
            self._model = load(kind, folder, pick_device(device))
        except FileNotFoundError as missing:
            raise BackendError(str(missing)) from None
        self._kind = kind
        self._samples = samples_folder()
        self._speakers = Speakers(self._model, kind, folder, self._samples)
        self._tags = known_tags(self._model.tokenizer)
        self._poll: Callable[[], object] = lambda: None
        call_between_steps(self._model, self._between_steps)
        self.sample_rate = int(self._model.sr)
        self.options = OPTIONS[kind]
        self.capabilities = Capabilities(tags=tuple(self._tags), clones=True, watermark=True)

    def voices(self) -> Iterable[Voice]:
        """The model's own voice, if it has one, and the recordings."""
        if self._speakers.has_built_in:
            yield Voice(_BUILT_IN, "Default", "en")
        yield from sample_voices(self._samples, "en")

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[Pcm]:
        """Speak `text`, in one piece."""
        pieces: list[Pcm] = []
        self.push(text, voice, options, pieces.append)
        yield from pieces

    def push(self, text: str, voice: str, options: Mapping[str, Any], give: Callable[[Pcm], object]) -> None:
        """The same, with `give` asked between the steps of the model whether to go on."""
        self._poll = lambda: give(b"")
        if voice == _BUILT_IN and self._speakers.has_built_in:
            conditionals = self._speakers.take_built_in()
        else:
            conditionals = self._speakers.take(voice, norm_loudness=options.get("norm_loudness", True))
        if any(map(str.isalnum, text)):
            give(self._generate(spell_tags(text, self._tags), conditionals, options))

    def _between_steps(self) -> None:
        self._poll()

    def _generate(self, text: str, conditionals: Any, options: Mapping[str, Any]) -> torch.Tensor:
        for attempt in range(_TRIES):
            self._model.conds = conditionals
            torch.manual_seed(options.get("seed", 0) + attempt)
            try:
                with torch.inference_mode():
                    audio: torch.Tensor = self._model.generate(text, **arguments(self._kind, options))
            except RuntimeError as error:
                if _NO_TOKENS not in str(error):
                    raise
            else:
                return audio
        raise RenderError("the model made no sound of this text")
