"""Speaks the first tokens of a sentence while the model still makes the others.

All tokens so far are rendered each time, with the same noise, and what is new of the sound is handed on,
crossfaded with the end of what was. So a piece differs from a whole render by what it could not hear ahead.
Laws: the tokens are those of a whole render, every piece has the watermark, as many samples come out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

_FIRST_TOKENS, _GROWTH = 25, 2
"""Tokens of the first piece, 40 ms each, and how many times as long as the one before each other piece is."""
_LOOKAHEAD_TOKENS = 3
"""The flow's encoder hears so many tokens ahead, so that the last ones are spoken with the next piece. (The
package's `finalize=False`, which would leave them out, ends in an error.)"""
_FRAMES_A_TOKEN, _SAMPLES_A_TOKEN, _BINS = 2, 960, 80
_OVERLAP = 4 * _SAMPLES_A_TOKEN


class TokenStream:
    """The sound of one sentence; `give` gets it piece by piece, all but the last."""

    def __init__(
        self, model: Any, voice: Mapping[str, Any], seed: int, give: Callable[[torch.Tensor], object]
    ) -> None:
        self._model = model
        self._voice = voice
        self._seed = seed
        self._give = give
        self._tokens: list[int] = []
        self._wanted = _FIRST_TOKENS
        self._n_given = 0
        self._tail: torch.Tensor | None = None
        self._pitch = torch.zeros(1, 0)
        self._source = torch.zeros(1, 1, 0)

    def hear(self, token: int) -> None:
        """Take a token that the model has made, and speak if there are enough."""
        self._tokens.append(token)
        if len(self._tokens) < self._wanted + _LOOKAHEAD_TOKENS:
            return
        tokens = torch.tensor(self._tokens, device=self._model.s3gen.device)
        sound = self._sound(tokens, self._wanted)[0].cpu().numpy()
        self._wanted = self._wanted * _GROWTH + _FIRST_TOKENS
        marked = self._model.watermarker.apply_watermark(sound, sample_rate=self._model.sr)
        piece = self._join(torch.from_numpy(marked))
        self._tail = piece[-_OVERLAP:]
        self._n_given += len(piece) - _OVERLAP
        self._give(piece[:-_OVERLAP])

    @contextmanager
    def in_place_of_whole_render(self) -> Iterator[None]:
        """Have the model make sound only of what has not been spoken."""
        whole = self._model.s3gen.inference

        def rest(speech_tokens: torch.Tensor, **how: Any) -> Any:
            if self._tail is None:
                return whole(speech_tokens=speech_tokens, **how)
            return self._sound(speech_tokens, len(speech_tokens)), None

        self._model.s3gen.inference = rest
        try:
            yield
        finally:
            del self._model.s3gen.inference

    def last(self, sound: torch.Tensor) -> torch.Tensor:
        """The last piece, shape (samples,), from what `generate` has returned, shape (1, samples)."""
        return self._join(sound[0])

    def _sound(self, tokens: torch.Tensor, n_spoken: int) -> torch.Tensor:
        """The waveform of the first `n_spoken` tokens behind what was given, shape (1, samples)."""
        s3gen = self._model.s3gen
        kind = s3gen.device.type
        with torch.random.fork_rng([] if kind == "cpu" else [s3gen.device], device_type=kind):
            # What is drawn in here leaves no trace in the sampling of the tokens that follow.
            torch.manual_seed(self._seed)
            mel = s3gen(
                tokens,
                ref_wav=None,
                ref_sr=None,
                ref_dict=dict(self._voice),
                finalize=True,
                n_cfm_timesteps=2 if s3gen.meanflow else 10,
                noised_mels=self._noise(len(tokens)),
                skip_vocoder=True,
            )
            torch.manual_seed(self._seed)  # the phases that the source begins with are drawn again
            sound = self._vocode(mel, n_spoken)
        sound[:, : len(s3gen.trim_fade)] *= s3gen.trim_fade
        return sound[:, self._n_given :]

    def _noise(self, n_tokens: int) -> torch.Tensor:
        """What the flow begins with, shape (1, bins, frames): for more tokens it is the same and more.

        Drawn on the CPU: on a GPU all of it depends on how much is drawn.
        """
        n_frames = self._voice["prompt_feat"].shape[1] + n_tokens * _FRAMES_A_TOKEN
        noise = torch.randn(n_frames, _BINS, generator=torch.Generator().manual_seed(self._seed))
        return noise.T[None].to(self._model.s3gen.device, self._model.s3gen.dtype)

    def _vocode(self, mel: torch.Tensor, n_spoken: int) -> torch.Tensor:
        """What the package's `HiFTGenerator.inference` does, going on with the pitch and source so far.

        With the source alone, which is what the package can keep, the phase jumps where the kept part ends.
        """
        vocoder = self._model.s3gen.mel2wav
        pitch = vocoder.f0_predictor(mel)
        pitch[:, : self._pitch.shape[1]] = self._pitch
        source, _, _ = vocoder.m_source(vocoder.f0_upsamp(pitch[:, None]).transpose(1, 2))
        source = source.transpose(1, 2)
        source[:, :, : self._source.shape[2]] = self._source
        self._pitch = pitch[:, : n_spoken * _FRAMES_A_TOKEN]
        self._source = source[:, :, : n_spoken * _SAMPLES_A_TOKEN]
        sound: torch.Tensor = vocoder.decode(x=mel, s=source)
        return sound[:, : n_spoken * _SAMPLES_A_TOKEN]

    def _join(self, piece: torch.Tensor) -> torch.Tensor:
        """Fade from the end of the piece before into this one."""
        if self._tail is None:
            return piece
        fade = torch.from_numpy(0.5 - 0.5 * np.cos(np.pi * (np.arange(_OVERLAP) + 0.5) / _OVERLAP)).to(piece)
        return torch.cat([self._tail * (1 - fade) + piece[:_OVERLAP] * fade, piece[_OVERLAP:]])
