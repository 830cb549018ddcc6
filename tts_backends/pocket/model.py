"""Pocket TTS with a loop of its own: frame after frame, with nothing left at work when it is broken off.

The package generates and decodes on two threads that go on after their listener has left, and decodes as many
frames at once as happen to wait, so that samples differ in their last bits. Here each frame is decoded
alone, the one before it while the next is generated.
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import torch
import yaml
from pocket_tts import TTSModel
from pocket_tts.modules.stateful_module import ModelState, increment_steps, init_states

_FADE_S = 0.005
"""The first samples are faded in, as by the package: a decoder begins with a small step, heard as a click."""


class _FrameByFrame(TTSModel):  # type: ignore[misc]
    """The package's model; of a text longer than its limit each part comes to the method below."""

    threads = 2

    @torch.no_grad  # type: ignore[untyped-decorator]
    def _generate_audio_stream_short_text(
        self,
        model_state: ModelState,
        text_to_generate: str,
        frames_after_eos: int,
        copy_state: bool,
        stop: Event,
    ) -> Iterator[torch.Tensor]:
        state = copy.deepcopy(model_state) if copy_state else model_state
        tokens = self.flow_lm.conditioner.prepare(text_to_generate)
        longest = self._estimate_max_gen_len(tokens.shape[1])
        decoding = _Decoding(self, longest)
        self._expand_kv_cache(
            state, sequence_length=self._flow_lm_current_end(state) + tokens.shape[1] + longest
        )
        self._run_flow_lm_and_increment_step(model_state=state, text_tokens=tokens)
        latents = self._latents(state, longest, frames_after_eos)
        if self.threads == 1:
            yield from map(decoding.decode, latents)
        else:
            with ThreadPoolExecutor(1) as decoder:
                yield from _overlapped(decoding, latents, decoder)

    def _latents(self, state: ModelState, longest: int, frames_after_eos: int) -> Iterator[torch.Tensor]:
        """A latent a frame, until some frames after the model has said that the text is spoken."""
        latent = torch.full((1, 1, self.flow_lm.ldim), float("nan"), dtype=self.flow_lm.dtype)
        last = longest
        for step in range(longest):
            latent, is_end = self._run_flow_lm_and_increment_step(
                model_state=state, backbone_input_latents=latent
            )
            if is_end.item() and step >= self._MIN_FRAMES_BEFORE_EOS:
                last = min(last, step + frames_after_eos)
            if step >= last:
                return
            yield latent


class _Decoding:
    """The decoder in the middle of one stream."""

    def __init__(self, model: _FrameByFrame, frames: int) -> None:
        self._model = model
        self._steps = int(model.mimi.encoder_frame_rate / model.mimi.frame_rate)
        self._state = init_states(model.mimi, batch_size=1, sequence_length=frames * self._steps)
        self._fade_in: torch.Tensor | None = torch.linspace(0, 1, int(_FADE_S * model.sample_rate))

    @torch.no_grad  # type: ignore[untyped-decorator]
    def decode(self, latent: torch.Tensor) -> torch.Tensor:
        """The samples of the next frame."""
        flow = self._model.flow_lm
        samples = self._model.mimi.decode_from_latent(latent * flow.emb_std + flow.emb_mean, self._state)
        increment_steps(self._model.mimi, self._state, increment=self._steps)
        if self._fade_in is not None:
            samples[..., : len(self._fade_in)] *= self._fade_in
            self._fade_in = None
        return samples[0, 0]


def _overlapped(
    decoding: _Decoding, latents: Iterator[torch.Tensor], decoder: Executor
) -> Iterator[torch.Tensor]:
    """Decode each frame while the next latent is made; the first at once, for somebody waits for it."""
    under_way: Future[torch.Tensor] | None = None
    for number, latent in enumerate(latents):
        if number == 0:
            yield decoding.decode(latent)
            continue
        if under_way is not None:
            yield under_way.result()
        under_way = decoder.submit(decoding.decode, latent)
    if under_way is not None:
        yield under_way.result()


class Model:
    """A loaded model."""

    def __init__(self, configuration: Mapping[str, Any], *, quantize: bool) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.safe_dump(dict(configuration), file)
            file.flush()
            self._model = _FrameByFrame.load_model(config=file.name, quantize=quantize)
        self.sample_rate_hz: int = self._model.sample_rate
        self.temperature: float = self._model.temp
        self.eos_threshold: float = self._model.eos_threshold
        self.clones = any(bool(weight.any()) for weight in self._model.mimi.encoder.parameters())
        """Whether the weights can hear a recording: in those that anybody may fetch that part is zeros."""

    def use_threads(self, count: int) -> None:
        """Generate on one thread, or generate on one and decode on another; the samples are the same."""
        self._model.threads = count

    def load_voice(self, file: Path) -> ModelState:
        """A voice that was made before."""
        return self._model.get_state_for_audio_prompt(file)

    def clone(self, samples: torch.Tensor) -> ModelState:
        """The voice of a recording: float samples at the model's rate."""
        return self._model.get_state_for_audio_prompt(samples[None])

    def speak(self, text: str, voice: ModelState, options: Mapping[str, Any]) -> Iterator[torch.Tensor]:
        """Speak `text`, 80 ms after 80 ms: float samples with full scale at 1."""
        self._model.temp = options["temperature"]
        self._model.eos_threshold = options["eos_threshold"]
        self._model.sampler_decode_steps = options["sampler_decode_steps"]
        self._model.noise_clamp = options.get("noise_clamp")
        torch.manual_seed(options.get("seed", 0))
        yield from self._model.generate_audio_stream(
            voice, text, frames_after_eos=options.get("frames_after_eos")
        )
