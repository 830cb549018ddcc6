"""Makes the graphs of a checkpoint: has ONNX Runtime rewrite them for this processor, and measures."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

from .checkpoint import Array, checkpoint_of, read_checkpoint
from .graph_cache import unfinished_folder
from .prepared_graphs import (
    DESCRIPTION,
    Inputs,
    PreparedGraphs,
    described,
    fingerprint,
    read_description,
    session_options,
)
from .prosody_graphs import prosody_graph, text_graph
from .vocoder_graph import peaks_by_name, vocoder_graph

_SOURCE = "decoder.generator.m_source.l_linear"
_LEAST_SPEED_UP = 1.2
_LEAST_SIGNAL_TO_NOISE_DB = 12.0
"""The published weights give 18 to 21 dB; less on processors whose sums of products overflow."""


def prepare(model: Path, folder: Path, made_of: str, inputs: Inputs) -> None:
    """Make `folder` with the graphs of a model folder in place of older ones; see prepared_graphs.

    `made_of` is kept in the description.
    """
    print("kokoro's graphs are made for this processor; it takes half a minute, once", file=sys.stderr)
    config = json.loads((model / "config.json").read_text())
    with unfinished_folder(folder.parent) as scratch:
        weights = read_checkpoint(checkpoint_of(model))
        _save(text_graph(weights, config), scratch / "text.onnx")
        _save(prosody_graph(weights, config), scratch / "prosody.onnx")
        _save(vocoder_graph(weights, config), scratch / "vocoder.onnx")
        description = {
            "made_of": made_of,
            "vocabulary": config["vocab"],
            "vocoder": "vocoder",
            "source": {
                "weights": weights[f"{_SOURCE}.weight"].reshape(-1).tolist(),
                "bias": float(weights[f"{_SOURCE}.bias"].item()),
                "size": config["istftnet"]["gen_istft_n_fft"],
                "hop": config["istftnet"]["gen_istft_hop_size"],
            },
        }
        graphs = described(scratch, description)
        if _make_int8(graphs, weights, config, inputs(graphs)):
            description["vocoder"] = "vocoder_int8"
        description["files"] = {file.name: fingerprint(file) for file in scratch.iterdir()}
        (scratch / DESCRIPTION).write_text(json.dumps(description))
        if read_description(folder, made_of) is None:  # else another worker was quicker
            shutil.rmtree(folder, ignore_errors=True)
            scratch.rename(folder)


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
        session_options(1),
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
    options = session_options(1)
    options.log_severity_level = 3  # it warns that the result is for this processor
    options.optimized_model_filepath = str(file)
    for key, value in (
        ("optimized_model_external_initializers_file_name", f"{file.stem}.bin"),
        ("optimized_model_external_initializers_min_size_in_bytes", "1024"),
        ("save_external_prepacked_constant_initializers", "1"),
    ):
        options.add_session_config_entry(f"session.{key}", value)
    onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
