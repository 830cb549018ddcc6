"""Chatterbox's three models behind one shape: load, options, tags, speak."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from voice_server.worker.api import Option

_CLASSES = {
    "turbo": ("chatterbox.tts_turbo", "ChatterboxTurboTTS"),
    "english": ("chatterbox.tts", "ChatterboxTTS"),
    "multilingual": ("chatterbox.mtl_tts", "ChatterboxMultilingualTTS"),
}
KINDS = tuple(_CLASSES)

_LANGUAGES = "en ar da de el es fi fr he hi it ja ko ms nl no pl pt ru sv sw tr zh"
_SAMPLING = (
    Option("temperature", "number", 0.8, 0.05, 5.0, description="higher is livelier and less certain"),
    Option("repetition_penalty", "number", 1.2, 1.0, 2.0),
)
_OLDER = (
    *_SAMPLING,
    Option("exaggeration", "number", 0.5, 0.0, 2.0, description="0.5 is neutral"),
    Option("cfg_weight", "number", 0.5, 0.0, 1.0, description="lower follows the sample's pace less"),
    Option("top_p", "number", 1.0, 0.05, 1.0),
    Option("min_p", "number", 0.05, 0.0, 1.0),
)
OPTIONS = {
    "turbo": (
        Option("temperature", "number", 0.8, 0.05, 2.0, description="higher is livelier and less certain"),
        Option("repetition_penalty", "number", 1.2, 1.0, 2.0),
        Option("top_p", "number", 0.95, 0.05, 1.0),
        Option("top_k", "integer", 1000, 1, 1000),
        Option("norm_loudness", "boolean", default=True, description="level the sample's loudness first"),
    ),
    "english": _OLDER,
    "multilingual": (
        *_OLDER,
        Option("language", "choice", "en", choices=tuple(_LANGUAGES.split())),
    ),
}
SHORTEST_SAMPLE_S = {"turbo": 5.1, "english": 1.0, "multilingual": 1.0}

# What people write, and what the models' tokenizers may hold for it, the best first.
_TAGS = {
    "laugh": ("[laugh]", "[laughter]"),
    "chuckle": ("[chuckle]", "[giggle]"),
    "sigh": ("[sigh]",),
    "cough": ("[cough]",),
    "throat": ("[clear throat]", "[clear_throat]"),
    "clear throat": ("[clear throat]", "[clear_throat]"),
    "sneeze": ("[sneeze]",),
    "sniff": ("[sniff]",),
    "gasp": ("[gasp]",),
    "groan": ("[groan]",),
    "shush": ("[shush]",),
}
_LEAST_GUIDANCE = 1e-6  # with exactly 0 the model is given a batch of one and fails


def load(kind: str, folder: Path, device: str) -> Any:
    """Return the package's model, read from files of its own format."""
    allow_torchaudio_without_cuda()
    module, name = _CLASSES[kind]
    target: Any = torch.device(device) if kind == "multilingual" else device
    return getattr(importlib.import_module(module), name).from_local(folder, target)


def pick_device(wanted: str) -> str:
    """The device to use; `auto` is the fastest there is."""
    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def known_tags(tokenizer: Any) -> dict[str, str]:
    """The sounds that this tokenizer has a token for: as people write them, and as it does."""
    inner = getattr(tokenizer, "tokenizer", tokenizer)
    vocabulary = inner.get_vocab()
    spellings = {tag: [each for each in forms if each in vocabulary] for tag, forms in _TAGS.items()}
    return {tag: forms[0] for tag, forms in spellings.items() if forms}


def spell_tags(text: str, tags: Mapping[str, str]) -> str:
    """Write the tags in `text` as the tokenizer does."""
    return re.sub(
        r"\[([A-Za-z _]+)\]", lambda found: tags.get(" ".join(found[1].lower().split()), found[0]), text
    )


def arguments(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What the model's `generate` takes of the options."""
    taken = {option.name: options[option.name] for option in OPTIONS[kind] if option.name in options}
    if "cfg_weight" in taken:
        taken["cfg_weight"] = max(taken["cfg_weight"], _LEAST_GUIDANCE)
    if "language" in taken:
        taken["language_id"] = taken.pop("language")
    return taken


def call_between_steps(model: Any, poll: Callable[[], object]) -> None:
    """Have `poll` called at every token and every step of the vocoder; what it raises ends the work."""

    def before(_module: object, _inputs: object) -> None:
        poll()

    for module in (model.t3.speech_emb, model.s3gen.flow.decoder.estimator):
        module.register_forward_pre_hook(before)


def allow_torchaudio_without_cuda() -> None:
    """torchaudio's wheel wants CUDA's libraries at import; only its Python is used here."""
    try:
        import torchaudio  # noqa: F401, PLC0415 - the question is whether it can be
    except OSError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchaudio"]:
            del sys.modules[name]
        extension = ModuleType("torchaudio._extension")
        vars(extension).update(
            _IS_TORCHAUDIO_EXT_AVAILABLE=False,
            _IS_ALIGN_AVAILABLE=False,
            fail_if_no_align=lambda function: function,
            _check_cuda_version=lambda: None,
        )
        sys.modules["torchaudio._extension"] = extension
