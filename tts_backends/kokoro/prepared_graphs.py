"""The network's graphs as this processor runs them best, made once of the checkpoint and kept in the cache.

ONNX Runtime rewrites a graph for the processor when it loads it, which takes seconds and memory; here the
result is kept, and its weights are mapped from the file, so that all workers share one copy. The vocoder is
also made with integers of 8 bits, and used so where that is quicker here and near enough to the float one.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import onnx
import onnxruntime

from .checkpoint import Array, checkpoint_of, read_checkpoint
from .harmonic_source import HarmonicSource
from .prosody_graphs import prosody_graph, text_graph
from .vocoder_graph import peaks_by_name, vocoder_graph

_VERSION = 1
"""To be raised whenever other graphs are made of the same checkpoint."""
_SOURCE = "decoder.generator.m_source.l_linear"
_DESCRIPTION = "description.json"
_LEAST_SPEED_UP = 1.2
_LEAST_SIGNAL_TO_NOISE_DB = 12.0
"""The published weights give 18 to 21 dB; less on processors whose sums of products overflow."""


@dataclass(frozen=True, slots=True)
class PreparedGraphs:
    """A folder of graphs, and what is needed beside them."""

    folder: Path
    vocabulary: Mapping[str, int]
    source: HarmonicSource
    vocoder: str
    """The graph to render with: `vocoder` or `vocoder_int8`."""

    def session(self, name: str, n_threads: int) -> onnxruntime.InferenceSession:
        """Load `text`, `prosody`, `vocoder` or the graph that `vocoder` names."""
        options = _options(n_threads)
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        return onnxruntime.InferenceSession(
            str(self.folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"]
        )


Inputs = Callable[["PreparedGraphs"], list[dict[str, Any]]]


def cache_folder() -> Path:
    """Where everything of this adapter lies that can be made again."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "voice-server" / "kokoro"


def identity_of(model: Path) -> str:
    """Return a word for the checkpoint in a model folder, another one when the file is another one."""
    checkpoint = checkpoint_of(model)
    status = checkpoint.stat()
    known = f"{checkpoint.resolve()} {status.st_size} {status.st_mtime_ns} {_VERSION}"
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def prepared_graphs(model: Path, inputs: Inputs) -> PreparedGraphs:
    """Return the graphs of a model folder for this processor, and make them if they are not there.

    `inputs` gives inputs of the vocoder, of several voices, for choosing the steps of its integers.
    """
    words = f"{identity_of(model)} {onnxruntime.__version__} {_processor()}"
    folder = cache_folder() / hashlib.sha256(words.encode()).hexdigest()[:16]
    if not (folder / _DESCRIPTION).is_file():
        _make(model, folder, inputs)
    description = json.loads((folder / _DESCRIPTION).read_text())
    return _described(folder, description)


def _described(folder: Path, description: Mapping[str, Any]) -> PreparedGraphs:
    source = description["source"]
    weights = np.array(source["weights"], np.float32)
    return PreparedGraphs(
        folder,
        description["vocabulary"],
        HarmonicSource(weights, source["bias"], source["size"], source["hop"]),
        description["vocoder"],
    )


def _make(model: Path, folder: Path, inputs: Inputs) -> None:
    print("kokoro's graphs are made for this processor; it takes half a minute, once", file=sys.stderr)
    config = json.loads((model / "config.json").read_text())
    weights = read_checkpoint(checkpoint_of(model))
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(mkdtemp(dir=folder.parent, prefix="unfinished-"))
    try:
        _save(text_graph(weights, config), scratch / "text.onnx")
        _save(prosody_graph(weights, config), scratch / "prosody.onnx")
        _save(vocoder_graph(weights, config), scratch / "vocoder.onnx")
        description = {
            "vocabulary": config["vocab"],
            "vocoder": "vocoder",
            "source": {
                "weights": weights[f"{_SOURCE}.weight"].reshape(-1).tolist(),
                "bias": float(weights[f"{_SOURCE}.bias"].item()),
                "size": config["istftnet"]["gen_istft_n_fft"],
                "hop": config["istftnet"]["gen_istft_hop_size"],
            },
        }
        graphs = _described(scratch, description)
        if _make_int8(graphs, weights, config, inputs(graphs)):
            description["vocoder"] = "vocoder_int8"
        (scratch / _DESCRIPTION).write_text(json.dumps(description))
        try:
            scratch.rename(folder)
        except OSError:
            if not (folder / _DESCRIPTION).is_file():  # else another worker was quicker
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _make_int8(
    graphs: PreparedGraphs,
    weights: Mapping[str, Array],
    config: Mapping[str, Any],
    inputs: list[dict[str, Any]],
) -> bool:
    """Make the vocoder of integers; whether it is worth using here."""
    if not inputs:
        return False
    observing = onnxruntime.InferenceSession(
        vocoder_graph(weights, config, observe=True).SerializeToString(),
        _options(1),
        providers=["CPUExecutionProvider"],
    )
    peaks = np.max([observing.run(["peaks"], each)[0] for each in inputs], axis=0)
    del observing
    rounded = vocoder_graph(weights, config, peaks=peaks_by_name(config, peaks))
    _save(rounded, graphs.folder / "vocoder_int8.onnx")
    took_s: dict[str, float] = {}
    samples: dict[str, Array] = {}
    for name in ("vocoder", "vocoder_int8"):
        session = graphs.session(name, 1)
        session.run(["samples"], inputs[0])
        began = time.process_time()
        (samples[name],) = session.run(["samples"], inputs[0])
        took_s[name] = time.process_time() - began
    noise = np.square(samples["vocoder"] - samples["vocoder_int8"]).sum()
    ratio_db = 10 * np.log10(np.square(samples["vocoder"]).sum() / max(noise, 1e-20))
    is_quicker = took_s["vocoder"] > _LEAST_SPEED_UP * took_s["vocoder_int8"]
    return bool(is_quicker and ratio_db > _LEAST_SIGNAL_TO_NOISE_DB)


def _save(graph: onnx.ModelProto, file: Path) -> None:
    """Write what ONNX Runtime makes of a graph on this processor, the weights beside it."""
    options = _options(1)
    options.log_severity_level = 3  # it warns that the result is for this processor
    options.optimized_model_filepath = str(file)
    for key, value in (("file_name", f"{file.stem}.bin"), ("min_size_in_bytes", "1024")):
        options.add_session_config_entry(f"session.optimized_model_external_initializers_{key}", value)
    onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _options(n_threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    # A thread that spins takes the core that another worker needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _processor() -> str:
    """What tells processors apart for which other graphs are best."""
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith(("flags", "Features")):
                return line
    return f"{platform.machine()} {platform.processor()}"
