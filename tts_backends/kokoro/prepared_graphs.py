"""The network's graphs as this processor runs them best, made once of the checkpoint and kept in the cache.

ONNX Runtime rewrites a graph for the processor when it loads it, and its weights into the order in which they
are multiplied, which takes seconds and memory. Here the result is kept, and mapped from the file, so that all
workers share one copy. With one thread a session starts none, so that a process which holds the sessions can
be copied with them.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from voice_server.worker.api import BackendError

from .checkpoint import checkpoint_of
from .graph_cache import cache_folder, remove_leftovers
from .harmonic_source import HarmonicSource

if TYPE_CHECKING:
    import onnxruntime

_VERSION = 9
"""To be raised whenever other graphs are made of the same checkpoint."""

_BLOCKS, _BLOCK_BYTES = 16, 1 << 16
"""What is looked at of a file: all of it would take as long as the rest of a start."""

DESCRIPTION = "description.json"
"""The file beside the graphs that says the rest; with it a folder is complete."""


@dataclass(frozen=True, slots=True)
class PreparedGraphs:
    """A folder of graphs, and what is needed beside them."""

    folder: Path
    vocabulary: Mapping[str, int]
    source: HarmonicSource
    vocoder: str
    """The graph to render with: `vocoder` or `vocoder_int8`."""

    def session(self, name: str, n_threads: int) -> onnxruntime.InferenceSession:
        """Load `text`, `prosody`, `vocoder` or the graph that `vocoder` names. Raises BackendError."""
        import onnxruntime  # noqa: PLC0415 - the rest of this file does without it

        _share_arena()
        options = session_options(n_threads)
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.add_session_config_entry("session.use_env_allocators", "1")
        file = str(self.folder / f"{name}.onnx")
        try:
            return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # those of ONNX Runtime have no class in common
            raise BackendError(f"kokoro's graphs are damaged; delete the folder {self.folder}") from error


Inputs = Callable[[PreparedGraphs], list[dict[str, Any]]]


def prepared_graphs(model: Path, inputs: Inputs) -> PreparedGraphs:
    """Return the graphs of a model folder for this processor, and make them if they are not there.

    `inputs` gives inputs of the vocoder, of several voices, for choosing the steps of its integers.
    """
    checkpoint = checkpoint_of(model).resolve()
    status = checkpoint.stat()
    made_of = f"{status.st_size} {status.st_mtime_ns} {version('onnxruntime')} {_VERSION}"
    name = hashlib.sha256(f"{checkpoint} {_processor()}".encode()).hexdigest()[:16]
    folder = cache_folder() / name
    remove_leftovers(folder.parent)
    if read_description(folder, made_of) is None:
        from .graph_preparation import prepare  # noqa: PLC0415 - it is slow to import, and needed once

        prepare(model, folder, made_of, inputs)
    description = read_description(folder, made_of)
    if description is None:
        raise BackendError(f"kokoro's graphs in {folder} are being replaced by another version's")
    return described(folder, description)


def read_description(folder: Path, made_of: str) -> dict[str, Any] | None:
    """Return the description of a folder of graphs.

    None without one, if it was made of something else, or if a file of the folder is not whole.
    """
    try:
        description = json.loads((folder / DESCRIPTION).read_text())
        described(folder, description)
        is_whole = all(fingerprint(folder / name) == known for name, known in description["files"].items())
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return description if is_whole and description["made_of"] == made_of else None


def fingerprint(file: Path) -> list[int]:
    """Return a file's size, and a checksum of blocks spread evenly from its first byte to its last."""
    size, checksum = file.stat().st_size, 0
    with file.open("rb") as content:
        for number in range(_BLOCKS):
            content.seek(max(0, size - _BLOCK_BYTES) * number // (_BLOCKS - 1))
            checksum = crc32(content.read(_BLOCK_BYTES), checksum)
    return [size, checksum]


def described(folder: Path, description: Mapping[str, Any]) -> PreparedGraphs:
    """Return the graphs in a folder that has the description."""
    source = description["source"]
    weights = np.array(source["weights"], np.float32)
    return PreparedGraphs(
        folder,
        description["vocabulary"],
        HarmonicSource(weights, source["bias"], source["size"], source["hop"]),
        description["vocoder"],
    )


def session_options(n_threads: int) -> onnxruntime.SessionOptions:
    """Return how all graphs are run."""
    import onnxruntime  # noqa: PLC0415 - as above

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    # A plan for all of a run's memory at once would take a block of its own for each length of a sentence.
    options.enable_mem_pattern = False
    # A thread that spins takes the core that another worker needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


@cache
def _share_arena() -> None:
    """Have all sessions of this process take their memory from one arena: only one of them runs at a time."""
    import onnxruntime  # noqa: PLC0415 - as above

    memory = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    onnxruntime.create_and_register_allocator(memory, None)


def _processor() -> str:
    """What tells processors apart for which other graphs are best."""
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith(("flags", "Features")):
                return line
    return f"{platform.machine()} {platform.processor()}"
