"""Kokoro in its published size, for as long as a benchmark runs, in the format that the package reads.

With the weights that `voice-server setup kokoro` has fetched; where it has not, with random ones, whose work
is the same.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from tests.backends.kokoro.checkpoint import shapes
from tests.backends.kokoro.torch_file import save
from tts_backends.kokoro.checkpoint import checkpoint_of, read_checkpoint, read_voice
from voice_server.config import BackendConfig, load_config
from voice_server.provisioning.environments import python_of

_ROOT = Path(__file__).resolve().parents[2]
_VOICES = ("af_heart", "ef_dora")


@dataclass(frozen=True, slots=True)
class FullKokoro:
    """A checkpoint, and the python that kokoro's package lies with."""

    python: str
    checkpoint: Path
    shipped: BackendConfig

    def config(self) -> BackendConfig:
        """The backend as shipped, on this checkpoint and a CPU."""
        return msgspec.structs.replace(
            self.shipped,
            settings={"model": str(self.checkpoint), "device": "cpu"},
            env={"XDG_CACHE_HOME": str(self.checkpoint.parent)},
            fallback=None,
        )

    def alone(self, threads: int) -> BackendConfig:
        """The same with one worker and so many threads."""
        config = self.config()
        return msgspec.structs.replace(config, workers=1, env={**config.env, "OMP_NUM_THREADS": str(threads)})


@contextmanager
def full_kokoro() -> Iterator[FullKokoro]:
    """Make the checkpoint; needs both of kokoro's environments, see docs/backends.md."""
    shipped = load_config(_ROOT / "backends.yaml").backends["kokoro"]
    python = python_of("kokoro", shipped.environment)
    finder = _ROOT / "tts_backends" / "kokoro" / "weights.py"
    found = subprocess.run([python, str(finder), "{}", "--find"], check=False, capture_output=True, text=True)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "checkpoint"
        if found.returncode == 0:
            print("kokoro with its real weights")
            _in_published_format(Path(found.stdout.split("\n")[-2]), checkpoint)
        else:
            print("kokoro with random weights: the real ones are not set up")
            maker = _ROOT / "tests" / "backends" / "kokoro" / "checkpoint.py"
            subprocess.run([python, str(maker), str(checkpoint), "--full"], check=True, capture_output=True)
        yield FullKokoro(python_of("kokoro", shipped.environment / "torch"), checkpoint, shipped)


def _in_published_format(model: Path, folder: Path) -> None:
    """Write a model folder as the package reads it: with weight norm, and all weights that it looks for."""
    weights = read_checkpoint(checkpoint_of(model))
    config = json.loads((model / "config.json").read_text())
    parts: dict[str, dict[str, np.ndarray]] = defaultdict(dict)
    for name, size in shapes(config):
        part, _, key = name.partition(".")
        plain = name.removesuffix("_g").removesuffix("_v")
        if name in weights:
            value = weights[name]
        elif (
            plain not in weights
        ):  # left out where it changes nothing: gains of 1, biases of 0, BERT's pooler
            value = np.full(size, name.endswith("norm.weight"), np.float32)
        elif name.endswith("_v"):
            value = weights[plain]
        else:
            value = np.sqrt(np.square(weights[plain]).sum(axis=(1, 2), keepdims=True))
        parts[part][key] = value.reshape(size)
    (folder / "voices").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    save(dict(parts), folder / "kokoro-v1_0.pth")
    for voice in _VOICES:
        save(read_voice(model, voice), folder / "voices" / f"{voice}.pt")
