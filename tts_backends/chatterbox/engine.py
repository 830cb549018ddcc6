"""Chatterbox's three models behind one shape: loaded, and with a way to break off."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partialmethod
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch.utils.hooks import RemovableHandle
from torch.utils.serialization import config as torch_files
from tqdm import tqdm

from .languages import use_chinese_table

_CLASSES = {
    "turbo": ("chatterbox.tts_turbo", "ChatterboxTurboTTS"),
    "english": ("chatterbox.tts", "ChatterboxTTS"),
    "multilingual": ("chatterbox.mtl_tts", "ChatterboxMultilingualTTS"),
}
KINDS = tuple(_CLASSES)
_FIRST_UNSPOKEN = 6561  # this token and those above stand for beginning and end


def load(kind: str, folder: Path, device: str) -> Any:
    """Return the package's model, read from files of its own format."""
    allow_torchaudio_without_cuda()
    tqdm.monitor_interval = (
        0  # no thread for an unseen progress bar: only one may live when workers are forked
    )
    module, name = _CLASSES[kind]
    package = importlib.import_module(module)
    use_chinese_table(importlib.import_module("chatterbox.models.tokenizers.tokenizer"), folder)
    with mapped_weights():
        return getattr(package, name).from_local(folder, device)


@contextmanager
def mapped_weights() -> Iterator[None]:
    """Have modules take the tensors of a file as they lie in it, so that all workers share its pages.

    The package makes them full of random numbers first; those are left out, with the memory they take.
    """
    from transformers.initialization import no_init_weights  # noqa: PLC0415 - after what torchaudio needs

    copying = torch.nn.Module.load_state_dict
    torch.nn.Module.load_state_dict = partialmethod(copying, assign=True)
    try:
        with torch_files.patch("load.mmap", True), no_init_weights():
            yield
    finally:
        torch.nn.Module.load_state_dict = copying


def pick_device(wanted: str) -> str:
    """The device to use; `auto` is the fastest there is."""
    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def call_between_steps(model: Any, poll: Callable[[], object]) -> None:
    """Have `poll` called between the layers of every network; what it raises ends the work."""

    def before(_module: object, _inputs: object) -> None:
        poll()

    network = model.s3gen.flow.decoder.estimator
    groups = (*network.down_blocks, *network.mid_blocks, *network.up_blocks)
    blocks = (block for group in groups for block in group[1])
    for module in (*_layers(model), *blocks, *model.s3gen.mel2wav.resblocks):
        module.register_forward_pre_hook(before)


def hear_tokens(model: Any, hear: Callable[[int], object]) -> RemovableHandle:
    """Have `hear` called with each token of speech when the model goes on from it (all but the last).

    Until what is returned, a context manager, ends.
    """

    def before(_module: object, inputs: tuple[torch.Tensor]) -> None:
        (tokens,) = inputs
        if tokens.numel() == 1 and int(tokens) < _FIRST_UNSPOKEN:
            hear(int(tokens))

    handle: RemovableHandle = model.t3.speech_emb.register_forward_pre_hook(before)
    return handle


def _layers(model: Any) -> Any:
    transformer = model.t3.tfmr
    return transformer.h if model.t3.is_gpt else transformer.layers


def forget_attention(model: Any) -> None:
    """Take away what watched the attention of the multilingual model: each call adds three that stay."""
    if model.t3.hp.is_multilingual:
        for layer in _layers(model):
            layer.self_attn._forward_hooks.clear()  # noqa: SLF001 - the package keeps no handle of them


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
