"""Chatterbox: clones a voice from a few seconds of sound, and laughs where the text says so.

`kind` chooses the model: `turbo` (the default), `english` or `multilingual`. A voice is `default`, or the
name of a recording in the folder of voice samples; the multilingual model has a `default-fr` and so on, too.
All audio carries the model's inaudible watermark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import torch

from voice_server.worker.api import (
    OF_THE_VOICE,
    BackendError,
    Capabilities,
    NotSetUp,
    Pcm,
    RenderError,
    Voice,
    sample_voices,
    samples_folder,
)

from .engine import KINDS, call_between_steps, forget_attention, hear_tokens, load, pick_device
from .languages import ENGLISH, check_readable, code_of, languages_of
from .options import STREAMED, arguments, options_of
from .speakers import Speakers
from .tags import known_tags, spell_tags
from .token_stream import TokenStream
from .weights import folder_of

_BUILT_IN = "default"
_TRIES = 2
_NO_TOKENS = "padded input size"  # of the error when the model stops before it has begun


class Backend:
    """Speaks with Chatterbox."""

    measured_loudness = True

    def __init__(self, kind: str = "turbo", model: str = "", device: str = "auto") -> None:
        if kind not in KINDS:
            raise BackendError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
        try:
            folder = folder_of(kind, model)
            self._model = load(kind, folder, pick_device(device))
        except FileNotFoundError as missing:
            raise NotSetUp(str(missing)) from None
        self._kind = kind
        self._samples = samples_folder()
        self._speakers = Speakers(self._model, kind, folder, self._samples)
        self._languages = languages_of(self._model)
        self._tags = known_tags(self._model.tokenizer)
        self._poll: Callable[[], object] = lambda: None
        call_between_steps(self._model, self._between_steps)
        self.sample_rate = int(self._model.sr)
        self.options = options_of(kind, self._languages)
        # `streams` is what it does by default: a first sentence is cut at a clause where it does not.
        self.capabilities = Capabilities(tags=tuple(self._tags), clones=True, watermark=True)

    @property
    def can_fork(self) -> bool:
        """Whether workers may be copies of this process: a GPU's state cannot be copied."""
        return bool(self._model.device == "cpu")

    def use_threads(self, count: int) -> None:
        """Render with so many threads from now on."""
        torch.set_num_threads(count)

    def voices(self) -> Iterable[Voice]:
        """The model's own voice in each of its languages, if it has one, and the recordings."""
        samples = sample_voices(self._samples, ENGLISH)
        if not self._own and not samples:
            raise BackendError("the model has no voice of its own (conds.pt), and there is no voice sample")
        yield from self._own.values()
        yield from samples

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[Pcm]:
        """Speak `text`, in one piece or, where `quality` asks for it, in several."""
        pieces: list[Pcm] = []
        self.push(text, voice, options, pieces.append)
        yield from pieces

    def push(self, text: str, voice: str, options: Mapping[str, Any], give: Callable[[Pcm], object]) -> None:
        """The same, with `give` asked between the steps of the model whether to go on."""
        self._poll = lambda: give(b"")
        if voice in self._own:
            conditionals = self._speakers.take_built_in()
        else:
            conditionals = self._speakers.take(voice, norm_loudness=options.get("norm_loudness", True))
        if any(map(str.isalnum, text)):
            taken = arguments(self._kind, options) | self._reading(text, voice, options)
            early = give if options["quality"] == STREAMED else None
            spelled = spell_tags(text, self._tags)
            give(self._generate(spelled, conditionals, taken, options.get("seed", 0), early))

    @cached_property
    def _own(self) -> dict[str, Voice]:
        if not self._speakers.has_built_in:
            return {}
        others = [
            Voice(f"{_BUILT_IN}-{tag}", f"Default, {name}", tag)
            for tag, name in self._languages.items()
            if tag != ENGLISH
        ]
        return {voice.id: voice for voice in (Voice(_BUILT_IN, "Default", ENGLISH), *others)}

    def _reading(self, text: str, voice: str, options: Mapping[str, Any]) -> dict[str, str]:
        """The language, for the model that needs it."""
        language = options.get("language")
        if language is None:
            return {}
        if language == OF_THE_VOICE:
            language = self._own[voice].language if voice in self._own else ENGLISH
        check_readable(text, language, self._model.tokenizer)
        return {"language_id": code_of(language)}

    def _between_steps(self) -> None:
        self._poll()

    def _generate(
        self,
        text: str,
        conditionals: Any,
        taken: Mapping[str, Any],
        seed: int,
        early: Callable[[Pcm], object] | None,
    ) -> torch.Tensor:
        """The sound of `text`; with `early`, which gets the pieces before, the last piece of it."""
        for attempt in range(_TRIES):
            self._model.conds = conditionals
            torch.manual_seed(seed + attempt)
            try:
                with torch.inference_mode():
                    if early is None:
                        audio: torch.Tensor = self._model.generate(text, **taken)
                        return audio
                    return self._streamed(
                        text, taken, TokenStream(self._model, conditionals.gen, seed, early)
                    )
            except RuntimeError as error:
                if _NO_TOKENS not in str(error):
                    raise
            finally:
                forget_attention(self._model)
        raise RenderError("the model made no sound of this text")

    def _streamed(self, text: str, taken: Mapping[str, Any], stream: TokenStream) -> torch.Tensor:
        with hear_tokens(self._model, stream.hear), stream.in_place_of_whole_render():
            return stream.last(self._model.generate(text, **taken))
