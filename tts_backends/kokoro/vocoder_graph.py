"""The vocoder (iSTFTNet) as an ONNX graph that renders a whole sentence or a window of one.

Its 48 norms take the mean and variance of each channel from what they are given, or are told them: then the
vocoder is a plain convolution, and windows of a sentence are what the whole would be. Shapes and names of
weights are those of the package kokoro (Generator, AdaINResBlock1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto

from .checkpoint import NORM_EPSILON, Array
from .graph import Graph
from .harmonic_source import hann_window
from .layers import Layers

_GENERATOR = "decoder.generator"
_SLOPE, _LAST_SLOPE = 0.1, 0.01
_NOISE_KERNELS = (7, 11)
"""Sizes of the kernels of the blocks that the harmonic source goes through, stage by stage."""
_NOISE_DILATIONS = (1, 3, 5)
_IN_FLOAT = ("resblocks.1.convs2.2", "resblocks.5.convs1.0")
"""Where rounding costs most: alone they leave 22 and 25 dB of signal to noise, the others 27 to 45."""


@dataclass(frozen=True, slots=True)
class Norm:
    """One norm: the names of its weights and of the snake's behind it, and its channels among all norms'."""

    name: str
    alpha: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Block:
    name: str
    channels: int
    kernel: int
    dilations: tuple[int, ...]


def norms_of(config: Mapping[str, Any]) -> list[Norm]:
    """Return all norms of the vocoder in the order of their channels."""
    norms: list[Norm] = []
    start = 0
    for block in _blocks(config):
        for number in range(len(block.dilations)):
            for half in (1, 2):
                end = start + block.channels
                name, alpha = f"{block.name}.adain{half}.{number}", f"{block.name}.alpha{half}.{number}"
                norms.append(Norm(name, alpha, start, end))
                start = end
    return norms


def peaks_by_name(config: Mapping[str, Any], peaks: Array) -> dict[str, tuple[Array, Array]]:
    """Return what `vocoder_graph` takes of what its output `peaks` gave."""
    named: dict[str, tuple[Array, Array]] = {}
    for block in _blocks(config):
        for number in range(len(block.dilations)):
            for half in (1, 2):
                inside, outside, peaks = np.split(peaks, [block.channels, 2 * block.channels])
                named[f"{block.name}.convs{half}.{number}"] = (inside, outside)
    return named


def vocoder_graph(
    weights: Mapping[str, Array],
    config: Mapping[str, Any],
    *,
    peaks: Mapping[str, tuple[Array, Array]] | None = None,
    observe: bool = False,
) -> onnx.ModelProto:
    """Return the vocoder.

    With `peaks`, by the names of the blocks' convolutions the largest magnitudes of each channel that goes in
    and of each that comes out, those are done in integers of 8 bits. With `observe` it has one more output,
    `peaks`: these magnitudes, one convolution after the other (`peaks_by_name`).

    Inputs: `x` (1, 512, 1, n), `source` (1, 22, 1, 60 * n + 1), `scales` and `shifts`, one for each channel
    of all norms, and `exact`, a bool. If it is true, each norm measures what it is given, and the scales and
    shifts are those of its result; if not, they are applied to what it is given.
    Outputs: `samples` (300 * n,) with full scale at 1, `means` and `variances`, one for each channel of all
    norms, which are zeros unless `exact`.
    """
    return _Vocoder(weights, config, peaks, observe).write()


class _Vocoder:
    def __init__(
        self,
        weights: Mapping[str, Array],
        config: Mapping[str, Any],
        peaks: Mapping[str, tuple[Array, Array]] | None,
        observe: bool,
    ) -> None:
        self._peaks = peaks
        self._observe = observe
        self._observed: list[str] = []
        self._graph = Graph("vocoder")
        self._layers = Layers(self._graph, weights)
        self._shape = config["istftnet"]
        self._blocks = {block.name: block for block in _blocks(config)}
        self._norms = iter(norms_of(config))
        self._statistics: list[tuple[str, str]] = []

    def write(self) -> onnx.ModelProto:
        graph, layers = self._graph, self._layers
        x = graph.input("x", 1, self._shape["upsample_initial_channel"], 1, "n")
        source = graph.input("source", 1, self._shape["gen_istft_n_fft"] + 2, 1, "60 * n + 1")
        graph.input("scales", "norms")
        graph.input("shifts", "norms")
        graph.input("exact", dtype=TensorProto.BOOL)
        rates, n_kernels = self._shape["upsample_rates"], len(self._shape["resblock_kernel_sizes"])
        for stage, rate in enumerate(rates):
            noise = self._noise(source, stage)
            x = self._upsample(layers.leaky_relu(x, _SLOPE), stage, rate)
            if stage == len(rates) - 1:
                x = graph.op("Pad", x, graph.ints(0, 0, 0, 1, 0, 0, 0, 0), mode="reflect")
            x = graph.op("Add", x, noise)
            names = [f"{_GENERATOR}.resblocks.{stage * n_kernels + number}" for number in range(n_kernels)]
            x = graph.op("Sum", *[self._block(x, name) for name in names])
            x = graph.op("Mul", x, graph.constant(1 / n_kernels))
        x = layers.convolve(layers.leaky_relu(x, _LAST_SLOPE), f"{_GENERATOR}.conv_post", padding=3)
        graph.output("samples", self._inverse_stft(x), "300 * n")
        for name, values in zip(("means", "variances"), zip(*self._statistics, strict=True), strict=True):
            graph.output(name, graph.op("Concat", *values, axis=0), "norms")
        if self._observe:
            observed = graph.op("Concat", *self._observed, axis=0)
            graph.output("peaks", observed, "channels")
        return graph.model()

    def _noise(self, source: str, stage: int) -> str:
        remaining = self._shape["upsample_rates"][stage + 1 :]
        name = f"{_GENERATOR}.noise_convs.{stage}"
        if remaining:
            stride = int(np.prod(remaining))
            noise = self._layers.convolve(source, name, stride=stride, padding=(stride + 1) // 2)
        else:
            noise = self._layers.convolve(source, name)
        return self._block(noise, f"{_GENERATOR}.noise_res.{stage}")

    def _upsample(self, x: str, stage: int, rate: int) -> str:
        name, kernel = f"{_GENERATOR}.ups.{stage}", self._shape["upsample_kernel_sizes"][stage]
        padding = (kernel - rate) // 2
        return self._graph.op(
            "ConvTranspose",
            x,
            self._graph.constant(self._layers.weight(f"{name}.weight")[:, :, None, :]),
            self._graph.constant(self._layers.weight(f"{name}.bias")),
            kernel_shape=[1, kernel],
            strides=[1, rate],
            pads=[0, padding, 0, padding],
        )

    def _block(self, x: str, name: str) -> str:
        """AdaINResBlock1: norm, snake and convolution twice for each dilation, added to what came in."""
        block = self._blocks[name]
        for number, dilation in enumerate(block.dilations):
            step = x
            for half, spread in ((1, dilation), (2, 1)):
                norm = next(self._norms)
                alpha = self._layers.weight(norm.alpha).reshape(-1)
                step = self._convolve(
                    self._snake(self._normed(step, norm)),
                    f"{name}.convs{half}.{number}",
                    padding=(block.kernel - 1) * spread // 2,
                    dilation=spread,
                    scale=np.float32(1) / alpha,
                )
            x = self._graph.op("Add", step, x)
        return x

    def _convolve(self, x: str, name: str, *, padding: int, dilation: int, scale: Array) -> str:
        layers = self._layers
        if self._peaks is not None and not name.endswith(_IN_FLOAT):
            peaks = self._peaks[name]
            return layers.convolve_int8(x, name, peaks, padding=padding, dilation=dilation, scale=scale)
        result = layers.convolve(x, name, padding=padding, dilation=dilation, scale=scale)
        if self._observe:
            graph = self._graph
            axes = graph.ints(0, 2, 3)
            self._observed += [
                graph.op("ReduceMax", graph.op("Abs", value), axes, keepdims=0) for value in (x, result)
            ]
        return result

    def _snake(self, x: str) -> str:
        """y + sin(alpha y)^2 / alpha, where `x` is alpha y and the next convolution divides by alpha."""
        wave = self._graph.op("Sin", x)
        return self._graph.op("Add", x, self._graph.op("Mul", wave, wave))

    def _normed(self, x: str, norm: Norm) -> str:
        graph, channels = self._graph, norm.end - norm.start
        bounds = (graph.ints(norm.start), graph.ints(norm.end))

        def given(branch: Graph) -> None:
            nothing = branch.constant(np.zeros(channels))
            scale, shift = (branch.op("Slice", name, *bounds) for name in ("scales", "shifts"))
            for name, value in (("a", scale), ("b", shift), ("mean", nothing), ("variance", nothing)):
                branch.output(name, value, channels)

        def measured(branch: Graph) -> None:
            gain, bias = (branch.op("Slice", name, *bounds) for name in ("scales", "shifts"))
            axes, count = branch.ints(0, 2, 3), branch.op("Shape", x, start=3, end=4)
            mean = branch.op("ReduceMean", x, axes, keepdims=0)
            power = branch.op("ReduceSumSquare", x, axes, keepdims=0)
            power = branch.op("Div", power, branch.op("Cast", count, to=TensorProto.FLOAT))
            variance = branch.op("Sub", power, branch.op("Mul", mean, mean))
            variance = branch.op("Max", variance, branch.constant(0.0))
            deviation = branch.op("Sqrt", branch.op("Add", variance, branch.constant(NORM_EPSILON)))
            scale = branch.op("Div", gain, deviation)
            shift = branch.op("Sub", bias, branch.op("Mul", mean, scale))
            for name, value in (("a", scale), ("b", shift), ("mean", mean), ("variance", variance)):
                branch.output(name, value, channels)

        branches = {"then_branch": graph.subgraph(measured), "else_branch": graph.subgraph(given)}
        scale, shift, mean, variance = graph.ops("If", 4, "exact", **branches)
        self._statistics.append((mean, variance))
        return self._affine(x, scale, shift, channels)

    def _affine(self, x: str, scale: str, shift: str, channels: int) -> str:
        zeros, ones = (self._graph.constant(np.full(channels, value)) for value in (0, 1))
        return self._graph.op("BatchNormalization", x, scale, shift, zeros, ones, epsilon=0.0)

    def _inverse_stft(self, x: str) -> str:
        """Samples of levels and phases, as torch.istft makes them but for 5 samples at either end."""
        graph, size = self._graph, self._shape["gen_istft_n_fft"]
        n_bins, hop = size // 2 + 1, self._shape["gen_istft_hop_size"]
        level, angle = graph.ops("Split", 2, x, axis=1, num_outputs=2)
        level, angle = graph.op("Exp", level), graph.op("Sin", angle)
        real, imaginary = (graph.op("Mul", level, graph.op(kind, angle)) for kind in ("Cos", "Sin"))
        spectrum = graph.op("Concat", real, imaginary, axis=1)
        samples = graph.op(
            "ConvTranspose",
            spectrum,
            graph.constant(synthesis_basis(size, hop).reshape(2 * n_bins, 1, 1, size)),
            kernel_shape=[1, size],
            strides=[1, hop],
            pads=[0, size // 2, 0, size // 2],
        )
        return graph.op("Reshape", samples, graph.ints(-1))


def synthesis_basis(size: int, hop: int) -> Array:
    """What each real and imaginary part adds to a frame's samples: (size + 2, size)."""
    bins, time = np.arange(size // 2 + 1)[:, None], np.arange(size)
    share = np.where((bins == 0) | (bins == size // 2), 1.0, 2.0) / size
    window = hann_window(size)
    overlap = np.square(window).sum() / hop  # of all frames at one sample
    waves = np.concatenate([np.cos(2 * np.pi * bins * time / size), -np.sin(2 * np.pi * bins * time / size)])
    basis: Array = (np.concatenate([share, share]) * waves * window / overlap).astype(np.float32)
    return basis


def _blocks(config: Mapping[str, Any]) -> Iterator[_Block]:
    """Stage by stage, the source's block first: the order in which the graph is written."""
    shape = config["istftnet"]
    kernels, dilations = shape["resblock_kernel_sizes"], shape["resblock_dilation_sizes"]
    for stage in range(len(shape["upsample_rates"])):
        channels = shape["upsample_initial_channel"] // 2 ** (stage + 1)
        is_last = stage == len(shape["upsample_rates"]) - 1
        name = f"{_GENERATOR}.noise_res.{stage}"
        yield _Block(name, channels, _NOISE_KERNELS[is_last], _NOISE_DILATIONS)
        for number, (kernel, spread) in enumerate(zip(kernels, dilations, strict=True)):
            name = f"{_GENERATOR}.resblocks.{stage * len(kernels) + number}"
            yield _Block(name, channels, kernel, tuple(spread))
