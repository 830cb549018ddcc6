"""Kokoro (82 million parameters): natural speech in nine languages, on a CPU or a GPU.

A voice is one of the 54 speakers, a mix of them such as `af_bella(2)+af_sky(1)`, or a mix that the setting
`mixes` gives a name. The weights come from the hub, from package registries, or from a folder (`model:`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from voice_server.worker.api import (
    OF_THE_VOICE,
    BackendError,
    Capabilities,
    NotSetUp,
    Option,
    Pcm,
    RequestError,
    Voice,
    WordMark,
)

from .checkpoint import Array, DamagedFile, read_voice
from .language_packages import left_out_languages
from .loudness import loudness_of
from .phonemes import Token, phonemes_of, pieces_of, tokens_of
from .sound import SAMPLES_PER_FRAME, Sound
from .speakers import LANGUAGES, Mix, built_in_voices, read_mix, saved_voice
from .weights import AUTO, folder_of

_DEVICES = ("auto", "cpu", "cuda", "mps")
_DTYPES = ("float32", "bfloat16", "float16")
_RUNTIMES = ("auto", "onnx", "torch")
_STREAMED, _EXACT = "streamed", "exact"
_SAMPLES_PER_MS = 24
_REPAIR = "to fetch it again, run: voice-server setup kokoro"
_FRAMES_LATE = 2.5
"""A phoneme is heard so much before its frames: two to three, by a recogniser and by the sound's edges."""


class Backend:
    """Speaks with Kokoro."""

    sample_rate = 24_000
    options: tuple[Option, ...] = (
        Option("speed", "number", 1.0, 0.25, 4.0, description="1 is the voice's own pace"),
        Option("language", "choice", OF_THE_VOICE, choices=(OF_THE_VOICE, *LANGUAGES.values()),
               description="the language to read in, whatever the voice's is"),
        Option("quality", "choice", _STREAMED, choices=(_STREAMED, _EXACT),
               description="streamed begins inside a sentence; exact renders it whole, in float32"),
    )  # fmt: skip
    capabilities = Capabilities(times="model", streams=True, mixes=True, inline_phonemes=True)

    def __init__(
        self,
        model: str = AUTO,
        runtime: str = "auto",
        device: str = "auto",
        dtype: str = "float32",
        mixes: Mapping[str, str] | None = None,
    ) -> None:
        for name, value, allowed in (
            ("runtime", runtime, _RUNTIMES),
            ("device", device, _DEVICES),
            ("dtype", dtype, _DTYPES),
        ):
            if value not in allowed:
                raise BackendError(f"{name} is one of {', '.join(allowed)}, not {value!r}")
        self._mixes = {name: read_mix(mix) for name, mix in (mixes or {}).items()}
        self._left_out = left_out_languages()
        self.capabilities = replace(
            self.capabilities, left_out={LANGUAGES[letter]: why for letter, why in self._left_out.items()}
        )
        self.options = tuple(map(self._with_languages_read, self.options))
        try:
            self._folder = folder_of(model)
            self._read_voice = lru_cache(maxsize=64)(partial(read_voice, self._folder))
            self._model = self._load(runtime, device, dtype)
        except FileNotFoundError as missing:
            raise NotSetUp(str(missing)) from None
        except DamagedFile as damaged:
            raise NotSetUp(f"{damaged}; {_REPAIR}") from None

    def _load(self, runtime: str, device: str, dtype: str) -> Any:
        if runtime == "torch" or (runtime == "auto" and find_spec("onnxruntime") is None):
            if find_spec("torch") is None:
                raise NotSetUp(
                    "this environment has no torch; in backends.yaml: environment: tts_backends/kokoro/torch"
                )
            from .torch_model import TorchModel  # noqa: PLC0415 - the other environment has no torch

            return TorchModel(self._folder, device, dtype)
        if find_spec("onnxruntime") is None:
            raise NotSetUp(
                "this environment has no ONNX Runtime; in backends.yaml: environment: tts_backends/kokoro"
            )
        if device not in ("auto", "cpu") or dtype != "float32":
            raise BackendError(
                f"ONNX Runtime renders on the CPU in float32; for device {device}, dtype {dtype} choose"
                " environment: tts_backends/kokoro/torch in backends.yaml"
            )
        from .onnx_model import OnnxModel  # noqa: PLC0415 - the other environment has no ONNX Runtime

        return OnnxModel(self._folder, self._read_voice)

    def _with_languages_read(self, option: Option) -> Option:
        left_out = self.capabilities.left_out
        return replace(option, choices=tuple(each for each in option.choices if each not in left_out))

    @property
    def can_fork(self) -> bool:
        """Whether workers may be copies of this process: a GPU's state cannot be copied."""
        return bool(self._model.device == "cpu")

    def use_threads(self, count: int) -> None:
        """Render with so many threads from now on."""
        self._model.use_threads(count)

    def voices(self) -> Iterable[Voice]:
        """The speakers of the languages that can be read, then the saved mixes, without reading weights."""
        saved = (saved_voice(name, mix) for name, mix in self._mixes.items())
        for voice in (*built_in_voices(), *saved):
            if voice.language not in self.capabilities.left_out:
                yield voice

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[Pcm | WordMark]:
        """Speak `text`, piece by piece."""
        pieces: list[Pcm | WordMark] = []
        self.push(text, voice, options, pieces.append)
        yield from pieces

    def push(
        self, text: str, voice: str, options: Mapping[str, Any], give: Callable[[Pcm | WordMark], object]
    ) -> None:
        """The same, with `give` asked between the layers of the network whether to go on."""
        mix = self._mix(voice)
        letters = {tag: letter for letter, tag in LANGUAGES.items()}
        language = letters.get(options["language"], mix.language)
        if language in self._left_out:
            raise RequestError(self._left_out[language], code="language_unavailable")
        speakers = [(share, self._pack(speaker)) for speaker, share in mix.shares.items()]
        exact = options["quality"] == _EXACT
        n_samples = 0
        for piece in pieces_of(tokens_of(text, language), self._model.phonemes):
            sound = self._model.speak(
                phonemes_of(piece),
                speakers,
                options["speed"],
                options.get("seed", 0),
                lambda: give(b""),
                exact=exact,
            )
            for mark in _marks(text, piece, sound, n_samples):
                give(mark)
            for samples in sound.pieces:
                n_samples += len(samples)
                give(samples)

    def loudness_lufs(self, voice: str) -> float:
        """How loud the voice is by itself, with the published weights."""
        return loudness_of(self._mix(voice))

    def _mix(self, voice: str) -> Mix:
        return self._mixes.get(voice) or read_mix(voice)

    def _pack(self, speaker: str) -> Array:
        try:
            return self._read_voice(speaker)
        except FileNotFoundError:
            raise RequestError(f"the model's folder has no voice {speaker}", code="unknown_voice") from None
        except DamagedFile as damaged:
            raise BackendError(f"{damaged}; {_REPAIR}") from None


def _marks(text: str, piece: list[Token], sound: Sound, n_samples_before: int) -> Iterator[WordMark]:
    """When each word of a piece is spoken: as long as the model gave its phonemes."""
    early = sound.start + _FRAMES_LATE * SAMPLES_PER_FRAME
    ends = np.cumsum(sound.frames) * SAMPLES_PER_FRAME - early
    times_ms = (np.maximum(ends, 0) + n_samples_before) / _SAMPLES_PER_MS  # [n]: the end of phoneme n
    at = 1
    for token in piece:
        until = at + len(token.phonemes)
        if token.word is not None and token.phonemes:
            start, end = token.word
            began_ms, ended_ms = times_ms[at - 1], times_ms[until - 1]
            yield WordMark(text[start:end], float(began_ms), float(ended_ms), start, end, token.phonemes)
        at = until + len(token.space)
