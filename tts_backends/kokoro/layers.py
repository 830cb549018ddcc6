"""Layers that the graphs have in common. Sound is (1, channels, 1, frames), text (tokens, channels).

ONNX Runtime convolves about a quarter faster in two dimensions than in one, so a signal has a height of 1.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .checkpoint import NORM_EPSILON, Array
from .graph import Graph

_SHARE_OF_WEIGHTS = 0.75
"""Measured with the published weights: .5 is 2 to 3 dB worse, 1 up to 3 dB."""
_LEAST_PEAK = 1e-3
_LEAST_STEP = 1e-20
_MIDDLE = 128


class Layers:
    """Writes the layers of one graph, with the weights of a checkpoint."""

    def __init__(self, graph: Graph, weights: Mapping[str, Array]) -> None:
        self.graph = graph
        self._weights = weights

    def within(self, graph: Graph) -> Layers:
        """The same weights for a graph inside this one."""
        return Layers(graph, self._weights)

    def has(self, name: str) -> bool:
        """Whether the checkpoint has weights of this name."""
        return name in self._weights

    def weight(self, name: str) -> Array:
        """Return the weights of this name. Raises ValueError when the checkpoint has none."""
        try:
            return self._weights[name]
        except KeyError:
            raise ValueError(f"the checkpoint has no {name}") from None

    def linear(self, x: str, name: str) -> str:
        """`x` (rows, inputs) times the weights of a torch Linear, plus its bias."""
        product = self.graph.op("MatMul", x, self.graph.constant(self.weight(f"{name}.weight").T))
        return self.graph.op("Add", product, self.graph.constant(self.weight(f"{name}.bias")))

    def layer_norm(self, x: str, gain: Array, bias: Array, epsilon: float = NORM_EPSILON) -> str:
        """Normalise each row of `x`."""
        constants = (self.graph.constant(gain), self.graph.constant(bias))
        return self.graph.op("LayerNormalization", x, *constants, axis=-1, epsilon=epsilon)

    def lstm(self, x: str, name: str) -> str:
        """`x` (steps, inputs) through both directions of a torch LSTM: (steps, 2 * hidden)."""
        graph, both = self.graph, ("l0", "l0_reverse")
        weights = np.stack([_gates(self.weight(f"{name}.weight_ih_{one}")) for one in both])
        recurrent = np.stack([_gates(self.weight(f"{name}.weight_hh_{one}")) for one in both])
        biases = np.stack(
            [
                np.concatenate([_gates(self.weight(f"{name}.bias_{part}_{one}")) for part in ("ih", "hh")])
                for one in both
            ]
        )
        hidden = recurrent.shape[2]
        steps = graph.op("Unsqueeze", x, graph.ints(1))
        constants = map(graph.constant, (weights, recurrent, biases))
        result = graph.op("LSTM", steps, *constants, hidden_size=hidden, direction="bidirectional")
        return graph.op(
            "Reshape", result, graph.ints(-1, 2 * hidden)
        )  # (steps, directions, 1, hidden) before

    def convolve(
        self,
        x: str,
        name: str,
        *,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        scale: Array | None = None,
    ) -> str:
        """`x` through a torch Conv1d; `scale` multiplies each of its input channels first."""
        weight = self.weight(f"{name}.weight")
        if scale is not None:
            weight = weight * scale.reshape(1, -1, 1)
        bias = self._weights.get(f"{name}.bias")
        constants = [weight[:, :, None, :], *([] if bias is None else [bias])]
        return self.graph.op(
            "Conv",
            x,
            *map(self.graph.constant, constants),
            kernel_shape=[1, weight.shape[2]],
            strides=[1, stride],
            pads=[0, padding, 0, padding],
            dilations=[1, dilation],
        )

    def convolve_int8(
        self,
        x: str,
        name: str,
        peaks: tuple[Array, Array],
        *,
        padding: int,
        dilation: int,
        scale: Array,
    ) -> str:
        """The same in integers of 8 bits, for channels that do not exceed `peaks`: those in, and those out.

        The operator knows one step for all channels, so the weights carry what is between the channels: of
        the differences between channels that come in the larger part (SmoothQuant, Xiao et al. 2023).
        """
        graph, weight = self.graph, self.weight(f"{name}.weight") * scale.reshape(1, -1, 1)
        in_peaks, out_peaks = (np.maximum(peak, peak.max() * _LEAST_PEAK) for peak in peaks)
        in_steps = in_peaks**_SHARE_OF_WEIGHTS / np.abs(weight).max(axis=(0, 2)) ** (1 - _SHARE_OF_WEIGHTS)
        in_steps *= (in_peaks / in_steps).max() / 127
        out_steps = out_peaks / 127
        weight = weight * in_steps[:, None]
        own_bias = self.weight(f"{name}.bias")
        # Of a channel without weights the bias remains, which must fit into 32 bits.
        steps = np.maximum(np.abs(weight).max(axis=(1, 2)) / 127, np.abs(own_bias) / 2**30 + _LEAST_STEP)
        rounded = np.round(weight / steps[:, None, None]).astype(np.int8)[:, :, None, :]
        bias = np.round(own_bias / steps)
        one, middle = graph.constant(1.0), graph.constant(_MIDDLE, np.uint8)
        inside, outside = (
            (graph.constant(each), graph.constant(np.full(len(each), _MIDDLE), np.uint8))
            for each in (in_steps, out_steps)
        )
        result = graph.op(
            "QLinearConv",
            graph.op("QuantizeLinear", x, *inside, axis=1),
            one,
            middle,
            graph.constant(rounded, np.int8),
            graph.constant(steps / out_steps),
            graph.constant(np.zeros(len(steps)), np.int8),
            one,
            middle,
            graph.constant(bias, np.int32),
            kernel_shape=[1, weight.shape[2]],
            pads=[0, padding, 0, padding],
            dilations=[1, dilation],
        )
        return graph.op("DequantizeLinear", result, *outside, axis=1)

    def leaky_relu(self, x: str, slope: float) -> str:
        """The part of `x` below zero, times `slope`."""
        return self.graph.op("LeakyRelu", x, alpha=slope)

    def styled_norm(self, x: str, name: str, style: str) -> str:
        """Normalise each channel of `x` and give it the gain and bias that the style asks for (AdaIN1d)."""
        gain, bias = self.graph.ops("Split", 2, self.style_of(name, style), axis=0, num_outputs=2)
        return self.graph.op("InstanceNormalization", x, gain, bias, epsilon=NORM_EPSILON)

    def style_of(self, name: str, style: str) -> str:
        """The gains and then the biases of an AdaIN1d for a style (1, 128)."""
        weight, bias = self.style_weights(name)
        product = self.graph.op("MatMul", style, self.graph.constant(weight.T))
        flat = self.graph.op("Reshape", product, self.graph.ints(-1))
        return self.graph.op("Add", flat, self.graph.constant(bias))

    def style_weights(self, name: str) -> tuple[Array, Array]:
        """What makes gains and biases of a style: (2 * channels, 128) and (2 * channels,)."""
        weight, bias = self.weight(f"{name}.fc.weight"), self.weight(f"{name}.fc.bias")
        channels = len(bias) // 2
        # Files that were made for other programs leave the norm's own gain and bias out: they are 1 and 0.
        own_gain = self._weights.get(f"{name}.norm.weight", np.ones(channels, np.float32))
        own_bias = self._weights.get(f"{name}.norm.bias", np.zeros(channels, np.float32))
        gains, gain_biases = weight[:channels], bias[:channels] + 1
        return (
            np.concatenate([gains * own_gain[:, None], weight[channels:] + gains * own_bias[:, None]]),
            np.concatenate([gain_biases * own_gain, bias[channels:] + gain_biases * own_bias]),
        )


def _gates(rows: Array) -> Array:
    """An LSTM's gates are input, output, forget, cell in ONNX; input, forget, cell, output in torch."""
    entrance, forget, cell, exit_ = np.split(rows, 4)
    return np.concatenate([entrance, exit_, forget, cell])
