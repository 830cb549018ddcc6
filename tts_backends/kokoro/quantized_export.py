"""Turns the weights of an export in integers of 8 bits back into float32, by the names of torch's modules.

ONNX Runtime's dynamic quantization made the export: each rounded matrix has a scale and a zero beside it, and
the names of the nodes still tell which module of the package kokoro they were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from .checkpoint import Array


class QuantizedExport:
    """The export's graph."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._nodes = model.graph.node
        self._constants = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
        self._makers = {output: node for node in self._nodes for output in node.output}
        self._users: dict[str, list[onnx.NodeProto]] = {}
        for node in self._nodes:
            for name in node.input:
                self._users.setdefault(name, []).append(node)

    def weights(self) -> Iterator[tuple[str, Array]]:
        """All weights in float32, by the names of torch's modules."""
        for node in self._nodes:
            module = _module_of(node.name)
            for suffix, value in self._weights_of(node, module):
                yield f"{module}.{suffix}", np.ascontiguousarray(value, np.float32)
        for name, value in self._constants.items():
            # What was not rounded kept its name: biases, norms and the alphas of the snake activation.
            if re.search(
                r"\.(bias|gamma|beta|alpha[12]\.\d|LayerNorm\.weight|\w+_layer_norm\.weight)$", name
            ):
                plain = re.sub(r"^(encoder|decoder)\.", "", name)
                yield re.sub(r"^(shared|F0|N)(?=[._])", r"predictor.\1", plain), value.astype(np.float32)

    def _weights_of(self, node: onnx.NodeProto, module: str) -> Iterator[tuple[str, Any]]:
        match node.op_type:
            case "Gather" if node.input[0].endswith("_quantized") and node.input[0] in self._constants:
                yield "weight", self._embedding(node)
            case "MatMulInteger" if not re.search(r"_\d+$", module):  # BERT's one layer is run twelve times
                yield "weight", self._matrix(node).T
            case "MatMul" if node.input[1] in self._constants:
                yield "weight", self._constants[node.input[1]].T
            case "ConvInteger" | "Conv" | "ConvTranspose" if "/istft/" not in node.name:
                yield "weight", self._kernel(node)
            case "DynamicQuantizeLSTM":
                yield from self._recurrence(node)

    def _embedding(self, node: onnx.NodeProto) -> Array:
        scale, zero = (self._constants[name] for name in self._restoring(node).input[1:3])
        result: Array = (self._constants[node.input[0]].astype(np.float32) - np.float32(zero)) * scale
        return result

    def _restoring(self, node: onnx.NodeProto) -> onnx.NodeProto:
        """The node that gives a rounded node's result in float."""
        last = ("_output_scale_mul", "_DequantizeLinear")
        return next(one for one in self._following(node.output[0]) if one.name.endswith(last))

    def _following(self, name: str) -> Iterator[onnx.NodeProto]:
        while users := self._users.get(name):
            yield users[0]
            name = users[0].output[0]

    def _matrix(self, node: onnx.NodeProto) -> Array:
        scales = self._makers[self._restoring(node).input[1]]
        scale = next(self._constants[name] for name in scales.input if name in self._constants)
        rounded, zero = self._constants[node.input[1]], self._constants[node.input[3]]
        result: Array = (rounded.astype(np.float32) - zero) * scale
        return result

    def _kernel(self, node: onnx.NodeProto) -> Array:
        values: Array = self._constants[node.input[1]]
        if node.op_type != "ConvInteger":
            return values
        scale = self._constants[node.input[1].removesuffix("_quantized") + "_scale"]
        restored: Array = (values.astype(np.float32) - np.float32(self._constants[node.input[3]])) * scale
        return restored

    def _recurrence(self, node: onnx.NodeProto) -> Iterator[tuple[str, Array]]:
        """Both directions of an LSTM, whose weights are (directions, inputs, gates) here."""
        names = list(node.input)
        matrices = []
        for weight, scale, zero in ((names[1], names[8], names[9]), (names[2], names[10], names[11])):
            shift = self._constants[zero].reshape(2, 1, -1).astype(np.float32)
            restored = (self._constants[weight] - shift) * self._constants[scale].reshape(2, 1, -1)
            matrices.append(restored.transpose(0, 2, 1))
        biases = self._constants[node.input[3]]
        half = biases.shape[1] // 2
        for number, suffix in enumerate(("l0", "l0_reverse")):
            yield f"weight_ih_{suffix}", _gates(matrices[0][number])
            yield f"weight_hh_{suffix}", _gates(matrices[1][number])
            yield f"bias_ih_{suffix}", _gates(biases[number, :half])
            yield f"bias_hh_{suffix}", _gates(biases[number, half:])


def _module_of(node: str) -> str:
    """torch's module of a node: decoder.encode.conv1 of /decoder/decoder/encode/conv1/Conv_quant."""
    path = re.sub(r"^/encoder/(?=shared|F0|N[._])", "/encoder/predictor/", node)
    steps: list[str] = []
    for step in path.split("/")[2:-1]:
        if steps and step.startswith(f"{steps[-1]}."):  # a Sequential is named twice: cnn.0/cnn.0.0
            steps.pop()
        steps.append(step)
    return ".".join(steps)


def _gates(rows: Array) -> Array:
    """An LSTM's gates are input, forget, cell, output in torch; input, output, forget, cell in ONNX."""
    entrance, exit_, forget, cell = np.split(rows, 4)
    return np.concatenate([entrance, forget, cell, exit_])
