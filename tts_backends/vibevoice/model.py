"""VibeVoice with its audio handed out as it is made.

transformers returns the audio of a whole text at once. The method that makes sound of one latent is private:
the lock file pins the version, and a version without it still speaks, in one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm
from transformers import AutoProcessor, VibeVoiceForConditionalGeneration

DTYPES = ("auto", "float32", "bfloat16")
Give = Callable[[torch.Tensor], object]
_TOKENS_A_SECOND = 7.5
_START_S, _S_A_CHARACTER, _LONGEST_S = 2.0, 0.12, 60.0


class _Streaming(VibeVoiceForConditionalGeneration):  # type: ignore[misc]
    on_chunk: Give | None = None

    def _decode_audio_latent(self, *arguments: Any, **options: Any) -> Any:
        decoded = super()._decode_audio_latent(*arguments, **options)
        if self.on_chunk is not None:
            self.on_chunk(decoded.audio)
        return decoded


class Model:
    """The model and its processor on one device."""

    def __init__(self, folder: Path, device: str, dtype: str) -> None:
        tqdm.monitor_interval = 0  # a thread for an unseen progress bar would forbid to fork workers
        self.device = pick_device(device)
        usual = "bfloat16" if self.device == "cuda" else "float32"
        self._dtype = getattr(torch, usual if dtype == "auto" else dtype)
        self._processor = AutoProcessor.from_pretrained(folder)
        model = _Streaming.from_pretrained(folder, dtype=self._dtype)
        self._network = model.to(self.device).eval()
        self._streams = hasattr(VibeVoiceForConditionalGeneration, "_decode_audio_latent")
        self.sample_rate_hz = int(self._processor.feature_extractor.sampling_rate)

    def speak(self, text: str, sample: Any, options: Mapping[str, Any], give: Give) -> None:
        """Speak with the voice of `sample` (float32 at this model's rate, or None), chunk by chunk.

        What `give` raises ends the work.
        """
        content: list[dict[str, Any]] = [{"type": "text", "text": text}]
        if sample is not None:
            content.append({"type": "audio", "audio": sample})
        inputs = self._processor.apply_chat_template(
            [{"role": "0", "content": content}], tokenize=True, return_dict=True, return_tensors="pt"
        ).to(self.device, self._dtype)
        torch.manual_seed(options.get("seed", 0))
        self._network.on_chunk = give
        with torch.inference_mode():
            made = self._network.generate(
                **inputs,
                guidance_scale=options.get("cfg_scale", options["guidance_scale"]),
                num_diffusion_steps=options.get("inference_steps", options["num_diffusion_steps"]),
                max_new_tokens=tokens_for(text),
            )
        if not self._streams:
            give(made.audio[0])


def tokens_for(text: str) -> int:
    """How many tokens a text may take: a slow reader's time for it, and never more than a minute."""
    seconds = min(_START_S + _S_A_CHARACTER * len(text), _LONGEST_S)
    return int(_TOKENS_A_SECOND * seconds) + 1


def pick_device(wanted: str) -> str:
    """The device to use; `auto` is the fastest there is."""
    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
