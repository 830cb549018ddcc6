"""A Piper voice on ONNX Runtime: phonemes in, samples and their times out.

The graph of the file is changed when it is loaded: its noise becomes an input, so that a seed repeats a
render (the runtime's own cannot be set again), and the durations of the phonemes become an output.
Facts of the graph come from the VITS export of piper (`input`, `input_lengths`, `scales`, `sid`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper
from piper import PiperVoice
from piper.patch_voice_with_alignment import add_alignment_output

from .speakers import configuration_of

_NOISE_NUMBERS = 1 << 18
"""Numbers of noise a render has; it repeats after 15 s of a medium voice, which nobody hears in noise."""
_SILENT_PHONEMES = frozenset(" ,.;:!?—–-…¡¿\"'()^$_")


@dataclass(frozen=True, slots=True)
class Sound:
    """One phoneme that can be heard, its samples [start, end), and whether a spoken word ends with it."""

    phoneme: str
    start: int
    end: int
    ends_word: bool

    def later(self, n_samples: int) -> Sound:
        """The same sound, `n_samples` later."""
        return Sound(self.phoneme, self.start + n_samples, self.end + n_samples, self.ends_word)


@dataclass(frozen=True, slots=True)
class Scales:
    """How a voice speaks: its pace (more is slower), and how much sound and rhythm vary."""

    length: float
    noise: float
    noise_w: float


class Model:
    """One loaded voice file."""

    def __init__(self, file: Path, threads: int) -> None:
        self.config = configuration_of(file)
        graph = onnx.load(str(file))
        self._has_durations = _name_durations(graph)
        self._has_noise = _name_noise(graph)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(
            graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self._session = session
        self._voice = PiperVoice(session, self.config)

    def sentences(self, text: str) -> list[list[str]]:
        """The phonemes of a text, sentence by sentence, with the marks and spaces between them."""
        sentences: list[list[str]] = self._voice.phonemize(text)
        return [each for each in sentences if each]

    def render(
        self, phonemes: list[str], scales: Scales, speaker: int | None, seed: int
    ) -> tuple[NDArray[np.float32], list[Sound]]:
        """Render one sentence: float samples with full scale at 1, and its sounds, if the file tells them."""
        ids = self._voice.phonemes_to_ids(phonemes)
        inputs: dict[str, Any] = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([scales.noise, scales.length, scales.noise_w], np.float32),
        }
        if speaker is not None:
            inputs["sid"] = np.array([speaker], np.int64)
        if self._has_noise:
            inputs["noise"] = np.random.default_rng(seed).standard_normal(_NOISE_NUMBERS, np.float32)
        outputs = self._session.run(None, inputs)
        samples = np.clip(outputs[0].reshape(-1), -1.0, 1.0)
        durations = outputs[1].reshape(-1) * self.config.hop_length if self._has_durations else []
        return samples, self._sounds(phonemes, ids, durations)

    def _sounds(self, phonemes: list[str], ids: list[int], durations: Any) -> list[Sound]:
        """Where each phoneme is, from the durations of the ids that it became: its own, and padding."""
        if len(durations) != len(ids):
            return []
        id_map, pad = self.config.phoneme_id_map, len(self.config.phoneme_id_map.get("_", ()))
        at = 0
        sounds: list[Sound] = []
        ends = np.cumsum(durations).astype(int)
        written = ["^", *phonemes, "$"]
        for phoneme, following in pairwise(written):
            count = len(id_map.get(phoneme, ()))
            until = at + count + (pad if count else 0)
            if count and is_heard(phoneme) and until <= len(ends):
                start = int(ends[at - 1]) if at else 0
                sounds.append(Sound(phoneme, start, int(ends[until - 1]), not is_heard(following)))
            at = until
        return sounds


def is_heard(phoneme: str) -> bool:
    """Whether a phoneme is a sound, and no mark or space."""
    return phoneme not in _SILENT_PHONEMES


def _name_durations(graph: onnx.ModelProto) -> bool:
    """Make the phonemes' durations an output; whether the graph has them."""
    try:
        add_alignment_output(graph)
    except ValueError:
        return False
    return True


def _name_noise(graph: onnx.ModelProto) -> bool:
    """Take all noise from the input `noise`, as often as it is needed; whether the graph has any."""
    nodes = [node for node in graph.graph.node if node.op_type == "RandomNormalLike"]
    for number, node in enumerate(nodes):
        _replace_by_input(graph.graph, node, f"noise_{number}")
    if nodes:
        noise = helper.make_tensor_value_info("noise", TensorProto.FLOAT, [_NOISE_NUMBERS])
        graph.graph.input.append(noise)
        for name, value in (("noise_zero", 0), ("noise_one", 1), ("noise_count", _NOISE_NUMBERS)):
            graph.graph.initializer.append(helper.make_tensor(name, TensorProto.INT64, [], [value]))
    return bool(nodes)


def _replace_by_input(graph: onnx.GraphProto, node: onnx.NodeProto, prefix: str) -> None:
    """In place of a node of noise, number after number of the input, from its beginning again at its end."""
    shape, count, numbers, places, flat = (f"{prefix}_{part}" for part in ("shape", "n", "all", "at", "flat"))
    replacement = [
        helper.make_node("Shape", [node.input[0]], [shape]),
        helper.make_node("ReduceProd", [shape], [count], keepdims=0),
        helper.make_node("Range", ["noise_zero", count, "noise_one"], [numbers]),
        helper.make_node("Mod", [numbers, "noise_count"], [places]),
        helper.make_node("Gather", ["noise", places], [flat]),
        helper.make_node("Reshape", [flat, shape], [node.output[0]]),
    ]
    at = list(graph.node).index(node)
    graph.node.remove(node)
    for offset, each in enumerate(replacement):
        graph.node.insert(at + offset, each)
