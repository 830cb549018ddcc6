"""Kokoro in its published size with random weights, made for as long as a benchmark runs."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from voice_server.config import BackendConfig, load_config
from voice_server.provisioning.environments import python_of

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class FullKokoro:
    """A checkpoint, and the python that kokoro's package lies with."""

    python: str
    checkpoint: Path
    shipped: BackendConfig

    def config(self, threads: int) -> BackendConfig:
        """The backend on this checkpoint, on a CPU, with so many threads a worker."""
        return msgspec.structs.replace(
            self.shipped,
            settings={"model": str(self.checkpoint), "device": "cpu"},
            env={"XDG_CACHE_HOME": str(self.checkpoint.parent), "OMP_NUM_THREADS": str(threads)},
            fallback=None,
        )


@contextmanager
def full_kokoro() -> Iterator[FullKokoro]:
    """Make the checkpoint; needs kokoro's environment (`voice-server setup kokoro --no-weights`)."""
    shipped = load_config(_ROOT / "backends.yaml").backends["kokoro"]
    python = python_of("kokoro", shipped.environment)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "checkpoint"
        maker = _ROOT / "tests" / "backends" / "kokoro" / "checkpoint.py"
        subprocess.run([python, str(maker), str(checkpoint), "--full"], check=True, capture_output=True)
        yield FullKokoro(python, checkpoint, shipped)
