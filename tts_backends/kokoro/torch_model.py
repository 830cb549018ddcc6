"""Kokoro's network on torch, for GPUs: folded, shared between workers, and interruptible.

Weight norm is folded into the weights once; the result is kept in the user's cache and mapped from there, so
that all workers of a pool share one copy. On a CPU the blocks of the vocoder run as in blocks.py.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import torch
from kokoro import KModel
from kokoro.istftnet import AdaINResBlock1
from loguru import logger
from torch.nn.utils import remove_weight_norm

from voice_server.worker.api import BackendError, cache_folder

from .blocks import speed_up
from .checkpoint import Speakers, checkpoint_of, mixed, read_checkpoint
from .sound import Sound

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
DTYPES = tuple(_DTYPES)


class TorchModel:
    """The network on one device."""

    def __init__(self, folder: Path, device: str, dtype: str) -> None:
        # Kokoro logs what it speaks.
        logger.disable("kokoro")
        warnings.filterwarnings("ignore", module="torch.nn")
        self.device = pick_device(device)
        if (self.device, dtype) == ("cpu", "float16"):
            raise BackendError("a CPU cannot do all of it in float16: dtype is float32 or bfloat16 there")
        self._dtype = _DTYPES[dtype]
        self._network = _load(folder).to(self.device)
        self.phonemes = frozenset(self._network.vocab)
        self._poll: Callable[[], object] = lambda: None
        for module in self._network.modules():
            if not any(module.children()):
                module.register_forward_pre_hook(self._before_layer)
            if isinstance(module, AdaINResBlock1) and (self.device, dtype) == ("cpu", "float32"):
                speed_up(module)
            if isinstance(module, torch.nn.LSTM) and (self.device, dtype) == ("cpu", "bfloat16"):
                _keep_in_float32(module)

    def _before_layer(self, _module: torch.nn.Module, _inputs: object) -> None:
        self._poll()

    def use_threads(self, count: int) -> None:
        """Render with so many threads from now on."""
        torch.set_num_threads(count)

    def speak(
        self,
        phonemes: str,
        speakers: Speakers,
        speed: float,
        seed: int,
        poll: Callable[[], object],
        *,
        exact: bool,
    ) -> Sound:
        """Speak at most 510 phonemes with a mix of speakers, always whole.

        `poll` is called before every layer; what it raises ends the work.
        """
        self._poll = poll
        torch.manual_seed(seed)
        style = torch.from_numpy(mixed(speakers)[len(phonemes) - 1].copy())
        precision = torch.autocast(self.device, self._dtype, enabled=self._dtype is not torch.float32)
        with torch.inference_mode(), precision:
            output = self._network(phonemes, style, speed, return_output=True)
        return Sound(output.pred_dur.tolist(), 0, iter([output.audio]))


def pick_device(wanted: str) -> str:
    """The device to use; `auto` is the fastest there is."""
    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _keep_in_float32(lstm: torch.nn.LSTM) -> None:
    """Leave this layer out of autocast: oneDNN has LSTMs in bfloat16 for processors with AVX-512 only."""
    forward = lstm.forward

    def in_float32(inputs: Any, hidden: Any = None) -> Any:
        with torch.autocast("cpu", enabled=False):
            return forward(inputs.float(), hidden)

    lstm.forward = in_float32


def _load(folder: Path) -> KModel:
    nothing = io.BytesIO()
    torch.save({}, nothing)
    nothing.seek(0)
    config = json.loads((folder / "config.json").read_text())
    network = KModel(repo_id="hexgrad/Kokoro-82M", config=config, model=nothing).eval()
    _remove_norms(network)
    checkpoint = checkpoint_of(folder)
    folded = _cache_of(checkpoint)
    if not folded.is_file() and not _fold(network, checkpoint, folded):
        return network
    state = torch.load(folded, map_location="cpu", mmap=True, weights_only=True)
    network.load_state_dict(state, assign=True)
    return network


def _fold(network: KModel, checkpoint: Path, folded: Path) -> bool:
    """Read the published weights and keep them without norms; False when they cannot be kept."""
    state = {name: torch.from_numpy(values.copy()) for name, values in read_checkpoint(checkpoint).items()}
    network.load_state_dict(state, strict=False)
    try:
        folded.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folded.parent) as file:
            torch.save(network.state_dict(), file)
            file.flush()
            # The first worker's copy is everybody's.
            with contextlib.suppress(FileExistsError):
                os.link(file.name, folded)
    except OSError as error:
        print(f"every worker keeps weights of its own: {error.strerror}", file=sys.stderr)
        return False
    return True


def _remove_norms(network: KModel) -> None:
    for module in network.modules():
        with contextlib.suppress(ValueError):  # raised by a module that has none
            remove_weight_norm(module)


def _cache_of(checkpoint: Path) -> Path:
    status = checkpoint.stat()
    identity = f"{checkpoint.resolve()} {status.st_size} {status.st_mtime_ns} {torch.__version__}"
    return cache_folder() / "kokoro" / f"{hashlib.sha256(identity.encode()).hexdigest()[:16]}.pt"
