"""Writes ONNX graphs: operators are called, and what they are given and give are names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike
from onnx import TensorProto, helper, numpy_helper

_OPSET = 20
_IR_VERSION = 10


class Graph:
    """A graph that is being written. Its inputs and outputs are float32 unless another type is named."""

    def __init__(self, name: str, numbering: list[int] | None = None) -> None:
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._numbering = numbering if numbering is not None else [0]

    def input(self, name: str, *shape: int | str, dtype: int = TensorProto.FLOAT) -> str:
        """Declare an input; a dimension that is a word may have any size."""
        self._inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def output(self, name: str, value: str, *shape: int | str, dtype: int = TensorProto.FLOAT) -> None:
        """Declare `value` to be the output `name`."""
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, dtype, shape))

    def constant(self, value: ArrayLike, dtype: Any = np.float32) -> str:
        """Return the name of an array that the graph holds."""
        name = self._new_name("constant")
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value, dtype), name)
        return name

    def ints(self, *values: int) -> str:
        """Return the name of a row of int64, which shapes and axes are given as."""
        return self.constant(values, np.int64)

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add an operator; return the name of its result."""
        return self.ops(kind, 1, *inputs, **attributes)[0]

    def ops(self, kind: str, n_outputs: int, *inputs: str, **attributes: Any) -> Sequence[str]:
        """Add an operator with several results."""
        outputs = [self._new_name(kind) for _ in range(n_outputs)]
        self._nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return outputs

    def subgraph(self, write: Callable[[Graph], None]) -> onnx.GraphProto:
        """Return a graph for If or Loop, which may use this one's names."""
        inner = Graph(self._new_name("subgraph"), self._numbering)
        write(inner)
        return inner._proto()

    def model(self) -> onnx.ModelProto:
        """Return what was written."""
        opset = [helper.make_operatorsetid("", _OPSET)]
        return helper.make_model(self._proto(), opset_imports=opset, ir_version=_IR_VERSION)

    def _proto(self) -> onnx.GraphProto:
        constants = list(self._constants.values())
        return helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, constants)

    def _new_name(self, kind: str) -> str:
        self._numbering[0] += 1
        return f"{kind}_{self._numbering[0]}"
