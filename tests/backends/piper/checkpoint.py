"""Makes small voices in the format of Piper's files, which hum their phonemes; run by the backend's python.

`en_US-hum-medium` has one speaker, `de_DE-pair-low` has two and 16 kHz. The graphs have the inputs, the noise
and the durations of a published one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

_HOP = 256


def graph(*, speakers: int) -> onnx.ModelProto:
    """A voice whose sound is a tone a phoneme, three frames long, with a little noise."""
    constants = {
        "three": ([], TensorProto.FLOAT, [3.0]),
        "pitch": ([], TensorProto.FLOAT, [0.0021]),
        "loudness": ([], TensorProto.FLOAT, [0.3]),
        "hop": ([], TensorProto.FLOAT, [float(_HOP)]),
        "zero": ([], TensorProto.FLOAT, [0.0]),
        "one": ([], TensorProto.FLOAT, [1.0]),
        "axis": ([], TensorProto.INT64, [1]),
        "axes": ([1], TensorProto.INT64, [1]),
        "column": ([2], TensorProto.INT64, [-1, 1]),
        "row": ([2], TensorProto.INT64, [1, -1]),
        "all": ([4], TensorProto.INT64, [1, 1, 1, -1]),
    }
    nodes = [
        helper.make_node("Split", ["scales"], ["noise_scale", "length_scale", "noise_w"], num_outputs=3),
        helper.make_node("Cast", ["input"], ["ids"], to=TensorProto.FLOAT),
        helper.make_node("RandomNormalLike", ["ids"], ["rhythm"]),
        helper.make_node("Mul", ["rhythm", "noise_w"], ["varied"]),
        helper.make_node("Abs", ["varied"], ["longer"]),
        helper.make_node("Add", ["longer", "three"], ["plain_width"]),
        helper.make_node("Mul", ["plain_width", "length_scale"], ["width"]),
        helper.make_node("Ceil", ["width"], ["w_ceil"]),
        helper.make_node("Mul", ["w_ceil", "hop"], ["samples"]),
        helper.make_node("CumSum", ["samples", "axis"], ["ends"]),
        helper.make_node("ReduceMax", ["ends"], ["total"], keepdims=0),
        helper.make_node("Range", ["zero", "total", "one"], ["time"]),
        helper.make_node("Reshape", ["time", "column"], ["time_column"]),
        helper.make_node("GreaterOrEqual", ["time_column", "ends"], ["is_past"]),
        helper.make_node("Cast", ["is_past"], ["past"], to=TensorProto.INT64),
        helper.make_node("ReduceSum", ["past", "axes"], ["number"], keepdims=0),
        helper.make_node("Reshape", ["ids", "row"], ["ids_row"]),
        helper.make_node("Gather", ["ids_row", "number"], ["tone_row"], axis=1),
        helper.make_node("Cast", ["sid" if speakers > 1 else "input_lengths"], ["who"], to=TensorProto.FLOAT),
        helper.make_node(
            "Add" if speakers > 1 else "Identity", ["tone_row", *(["who"] * (speakers > 1))], ["tone"]
        ),
        helper.make_node("Mul", ["tone", "pitch"], ["step"]),
        helper.make_node("Mul", ["step", "time"], ["phase"]),
        helper.make_node("Sin", ["phase"], ["wave"]),
        helper.make_node("Mul", ["wave", "loudness"], ["hum"]),
        helper.make_node("RandomNormalLike", ["hum"], ["breath"]),
        helper.make_node("Mul", ["breath", "noise_scale"], ["breath_scaled"]),
        helper.make_node("Mul", ["breath_scaled", "pitch"], ["quiet_breath"]),
        helper.make_node("Add", ["hum", "quiet_breath"], ["sound"]),
        helper.make_node("Reshape", ["sound", "all"], ["output"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    if speakers > 1:
        inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, [1]))
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "samples"])]
    initializers = [
        helper.make_tensor(name, kind, dims, values) for name, (dims, kind, values) in constants.items()
    ]
    made = helper.make_graph(nodes, "voice", inputs, outputs, initializers)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def config(language: str, espeak: str, rate_hz: int, speakers: dict[str, int]) -> dict[str, Any]:
    """The JSON beside a voice's file, with the keys of a published one."""
    return {
        "audio": {"sample_rate": rate_hz},
        "espeak": {"voice": espeak},
        "language": {"code": language},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": 256,
        "num_speakers": max(1, len(speakers)),
        "speaker_id_map": speakers,
        "dataset": "hum",
    }


def main(folder: Path) -> None:
    """Write both voices into a folder."""
    folder.mkdir(parents=True)
    voices = {
        "en_US-hum-medium": config("en_US", "en-us", 22_050, {}),
        "de_DE-pair-low": config("de_DE", "de", 16_000, {"anna": 0, "otto": 40}),
    }
    for name, described in voices.items():
        onnx.save(graph(speakers=described["num_speakers"]), folder / f"{name}.onnx")
        (folder / f"{name}.onnx.json").write_text(json.dumps(described), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
