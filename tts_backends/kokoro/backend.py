"""Kokoro (82 million parameters): natural speech in nine languages, on a CPU or a GPU.

A voice is one of the 54 speakers, a mix of them such as `af_bella(2)+af_sky(1)`, or a mix that the setting
`mixes` gives a name. The weights come from the hub or from a folder (`model:`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import torch

from voice_server.worker.api import (
    BackendError,
    Capabilities,
    NotSetUp,
    Option,
    Pcm,
    RequestError,
    Voice,
    WordMark,
)

from .model import DTYPES, FRAME_MS, Model
from .phonemes import Token, phonemes_of, pieces_of, tokens_of
from .speakers import LANGUAGES, built_in_voices, read_mix, saved_voice
from .weights import PUBLISHED, folder_of

_DEVICES = ("auto", "cpu", "cuda", "mps")
_OF_THE_VOICE = "voice"


class Backend:
    """Speaks with Kokoro."""

    sample_rate = 24_000
    options = (
        Option("speed", "number", 1.0, 0.25, 4.0, description="1 is the voice's own pace"),
        Option("language", "choice", _OF_THE_VOICE, choices=(_OF_THE_VOICE, *LANGUAGES.values()),
               description="the language to read in, whatever the voice's is"),
    )  # fmt: skip
    capabilities = Capabilities(times="model", streams=True, mixes=True)

    def __init__(
        self,
        model: str = PUBLISHED,
        device: str = "auto",
        dtype: str = "float32",
        mixes: Mapping[str, str] | None = None,
    ) -> None:
        if device not in _DEVICES or dtype not in DTYPES:
            raise BackendError(f"device is one of {', '.join(_DEVICES)}; dtype one of {', '.join(DTYPES)}")
        self._mixes = {name: read_mix(mix) for name, mix in (mixes or {}).items()}
        try:
            self._folder = folder_of(model)
            self._model = Model(self._folder, device, dtype)
        except FileNotFoundError as missing:
            raise NotSetUp(str(missing)) from None
        self._pack = lru_cache(maxsize=64)(self._read_pack)

    @property
    def can_fork(self) -> bool:
        """Whether workers may be copies of this process: a GPU's state cannot be copied."""
        return self._model.device == "cpu"

    def use_threads(self, count: int) -> None:
        """Render with so many threads from now on."""
        torch.set_num_threads(count)

    def voices(self) -> Iterable[Voice]:
        """The speakers, then the saved mixes; no weights are read for it."""
        yield from built_in_voices()
        yield from (saved_voice(name, mix) for name, mix in self._mixes.items())

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[Pcm | WordMark]:
        """Speak `text`, piece by piece."""
        pieces: list[Pcm | WordMark] = []
        self.push(text, voice, options, pieces.append)
        yield from pieces

    def push(
        self, text: str, voice: str, options: Mapping[str, Any], give: Callable[[Pcm | WordMark], object]
    ) -> None:
        """The same, with `give` asked between the layers of the network whether to go on."""
        mix = self._mixes.get(voice) or read_mix(voice)
        letters = {tag: letter for letter, tag in LANGUAGES.items()}
        language = letters.get(options["language"], mix.language)
        style = sum(share * self._pack(speaker) for speaker, share in mix.shares.items())
        began_ms = 0.0
        for piece in pieces_of(tokens_of(text, language), self._model.phonemes):
            audio, frames = self._model.speak(
                phonemes_of(piece), style, options["speed"], options.get("seed", 0), lambda: give(b"")
            )
            for mark in _marks(text, piece, frames, began_ms):
                give(mark)
            give(audio)
            began_ms += sum(frames) * FRAME_MS

    def _read_pack(self, speaker: str) -> torch.Tensor:
        file = self._folder / "voices" / f"{speaker}.pt"
        if not file.is_file():
            raise RequestError(f"the model's folder has no voice {speaker}", code="unknown_voice")
        pack: torch.Tensor = torch.load(file, map_location="cpu", weights_only=True)
        return pack


def _marks(text: str, piece: list[Token], frames: list[int], began_ms: float) -> Iterator[WordMark]:
    """When each word of a piece is spoken: as long as the model gave its phonemes."""
    at, now_ms = 1, began_ms + frames[0] * FRAME_MS
    for token in piece:
        until = at + len(token.phonemes)
        end_ms = now_ms + sum(frames[at:until]) * FRAME_MS
        if token.word is not None and token.phonemes:
            start, end = token.word
            yield WordMark(text[start:end], now_ms, end_ms, start, end, token.phonemes)
        now_ms = end_ms + sum(frames[until : until + len(token.space)]) * FRAME_MS
        at = until + len(token.space)
