"""The network before its vocoder, as two ONNX graphs; between them each token is repeated for its frames.

    text:     tokens, style, speed -> frames of each token, its features for prosody and for sound
    prosody:  features frame by frame, style -> pitch, the vocoder's input, and its norms' gains and biases

A frame is 25 ms; pitch and the vocoder's input have two values a frame. Shapes and names of weights are
those of the package kokoro (KModel, ProsodyPredictor, TextEncoder, Decoder).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto

from .checkpoint import STYLE_SIZE, Array
from .graph import Graph
from .layers import Layers
from .vocoder_graph import norms_of

_ALBERT_EPSILON = 1e-12
_SLOPE = 0.2


def text_graph(weights: Mapping[str, Array], config: Mapping[str, Any]) -> onnx.ModelProto:
    """Return the graph that reads phonemes.

    Inputs: `tokens` (n,) int64, `style` (1, 128) the voice's second half, `speed` (1,).
    Outputs: `frames` (n,) int64, `prosody` (n, 640), `sound` (n, 512).
    """
    graph = Graph("text")
    layers = Layers(graph, weights)
    tokens = graph.input("tokens", "n", dtype=TensorProto.INT64)
    style = graph.input("style", 1, STYLE_SIZE)
    speed = graph.input("speed", 1)
    x = layers.linear(_albert(layers, tokens, config["plbert"]), "bert_encoder")
    length = graph.op("Shape", tokens)
    styles = graph.op("Expand", style, graph.op("Concat", length, graph.ints(STYLE_SIZE), axis=0))
    for number in range(config["n_layer"]):
        x = layers.lstm(graph.op("Concat", x, styles, axis=1), f"predictor.text_encoder.lstms.{2 * number}")
        x = _styled_layer_norm(layers, x, f"predictor.text_encoder.lstms.{2 * number + 1}", style)
    prosody = graph.op("Concat", x, styles, axis=1)
    scores = layers.linear(layers.lstm(prosody, "predictor.lstm"), "predictor.duration_proj.linear_layer")
    likely = graph.op("ReduceSum", graph.op("Sigmoid", scores), graph.ints(1), keepdims=0)
    rounded = graph.op("Round", graph.op("Div", likely, speed))
    frames = graph.op("Cast", graph.op("Max", rounded, graph.constant(1.0)), to=TensorProto.INT64)
    graph.output("frames", frames, "n", dtype=TensorProto.INT64)
    graph.output("prosody", prosody, "n", "features")
    graph.output("sound", _text_encoder(layers, tokens, config), "n", "channels")
    return graph.model()


def prosody_graph(weights: Mapping[str, Array], config: Mapping[str, Any]) -> onnx.ModelProto:
    """Return the graph that makes pitch and the vocoder's input.

    Inputs: `prosody` (frames, 640), `sound` (frames, 512), `style` and `voice` (1, 128), the second and
    the first half of the voice. Outputs: `pitch` (2 * frames,) in Hz, `x` (1, 512, 1, 2 * frames),
    `gains` and `biases` (channels of all norms of the vocoder,).
    """
    graph = Graph("prosody")
    layers = Layers(graph, weights)
    prosody = graph.input("prosody", "frames", "features")
    sound = graph.input("sound", "frames", "channels")
    style, voice = graph.input("style", 1, STYLE_SIZE), graph.input("voice", 1, STYLE_SIZE)
    shared = _as_signal(graph, layers.lstm(prosody, "predictor.shared"))
    curves = []
    for name in ("F0", "N"):
        curve = shared
        for number in range(3):
            curve = _residual_block(layers, curve, f"predictor.{name}.{number}", style)
        curves.append(layers.convolve(curve, f"predictor.{name}_proj"))
    graph.output("pitch", graph.op("Reshape", curves[0], graph.ints(-1)), "2 * frames")
    halved = [
        layers.convolve(curve, f"decoder.{name}_conv", stride=2, padding=1)
        for name, curve in zip(("F0", "N"), curves, strict=True)
    ]
    features = _as_signal(graph, sound)
    x = graph.op("Concat", features, *halved, axis=1)
    x = _residual_block(layers, x, "decoder.encode", voice)
    again = layers.convolve(features, "decoder.asr_res.0")
    for number in range(4):
        x = graph.op("Concat", x, again, *halved, axis=1)
        x = _residual_block(layers, x, f"decoder.decode.{number}", voice)
    graph.output("x", x, 1, "channels", 1, "2 * frames")
    gains, biases = _vocoder_styles(layers, config)
    for name, (weight, bias) in (("gains", gains), ("biases", biases)):
        product = graph.op("Reshape", graph.op("MatMul", voice, graph.constant(weight.T)), graph.ints(-1))
        graph.output(name, graph.op("Add", product, graph.constant(bias)), "norms")
    return graph.model()


def _albert(layers: Layers, tokens: str, config: Mapping[str, Any]) -> str:
    """ALBERT, whose one layer is run again and again: (n, hidden)."""
    graph, embeddings = layers.graph, "bert.embeddings."
    length = graph.op("Shape", tokens)
    positions = graph.op(
        "Slice",
        graph.constant(
            layers.weight(f"{embeddings}position_embeddings.weight")
            + layers.weight(f"{embeddings}token_type_embeddings.weight")[0]
        ),
        graph.ints(0),
        length,
        graph.ints(0),
    )
    words = graph.op("Gather", graph.constant(layers.weight(f"{embeddings}word_embeddings.weight")), tokens)
    x = _albert_norm(layers, graph.op("Add", words, positions), f"{embeddings}LayerNorm")
    x = layers.linear(x, "bert.encoder.embedding_hidden_mapping_in")
    name, heads = "bert.encoder.albert_layer_groups.0.albert_layers.0", config["num_attention_heads"]
    size = config["hidden_size"] // heads

    def write(body: Graph) -> None:
        body.input("round", dtype=TensorProto.INT64)
        body.input("go_on", dtype=TensorProto.BOOL)
        before = body.input("before", "n", config["hidden_size"])
        body.output("goes_on", "go_on", dtype=TensorProto.BOOL)
        body.output(
            "after", _albert_layer(layers.within(body), before, name, heads, size), "n", config["hidden_size"]
        )

    rounds = graph.constant(config["num_hidden_layers"], np.int64)
    return graph.op("Loop", rounds, "", x, body=graph.subgraph(write))


def _albert_layer(layers: Layers, x: str, name: str, heads: int, size: int) -> str:
    graph = layers.graph
    queries, keys, values = (
        graph.op(
            "Transpose",
            graph.op("Reshape", layers.linear(x, f"{name}.attention.{part}"), graph.ints(-1, heads, size)),
            perm=order,
        )
        for part, order in (("query", [1, 0, 2]), ("key", [1, 2, 0]), ("value", [1, 0, 2]))
    )
    scores = graph.op("Mul", graph.op("MatMul", queries, keys), graph.constant(size**-0.5))
    mixed = graph.op("MatMul", graph.op("Softmax", scores, axis=-1), values)
    joined = graph.op("Reshape", graph.op("Transpose", mixed, perm=[1, 0, 2]), graph.ints(-1, heads * size))
    attended = _albert_norm(
        layers,
        graph.op("Add", x, layers.linear(joined, f"{name}.attention.dense")),
        f"{name}.attention.LayerNorm",
    )
    inside = graph.op("Gelu", layers.linear(attended, f"{name}.ffn"), approximate="tanh")
    whole = graph.op("Add", attended, layers.linear(inside, f"{name}.ffn_output"))
    return _albert_norm(layers, whole, f"{name}.full_layer_layer_norm")


def _albert_norm(layers: Layers, x: str, name: str) -> str:
    return layers.layer_norm(
        x, layers.weight(f"{name}.weight"), layers.weight(f"{name}.bias"), _ALBERT_EPSILON
    )


def _styled_layer_norm(layers: Layers, x: str, name: str, style: str) -> str:
    """Normalise each token, with the gain and bias that the style asks for (AdaLayerNorm)."""
    graph, channels = layers.graph, len(layers.weight(f"{name}.fc.bias")) // 2
    plain = layers.layer_norm(x, np.ones(channels, np.float32), np.zeros(channels, np.float32))
    gain, bias = graph.ops("Split", 2, layers.linear(style, f"{name}.fc"), axis=1, num_outputs=2)
    return graph.op("Add", graph.op("Mul", plain, graph.op("Add", gain, graph.constant(1.0))), bias)


def _text_encoder(layers: Layers, tokens: str, config: Mapping[str, Any]) -> str:
    graph, name = layers.graph, "text_encoder"
    padding = (config["text_encoder_kernel_size"] - 1) // 2
    x = graph.op("Gather", graph.constant(layers.weight(f"{name}.embedding.weight")), tokens)
    for number in range(config["n_layer"]):
        x = layers.convolve(_as_signal(graph, x), f"{name}.cnn.{number}.0", padding=padding)
        x = graph.op("Transpose", graph.op("Squeeze", x, graph.ints(0, 2)), perm=[1, 0])
        gain, bias = (layers.weight(f"{name}.cnn.{number}.1.{part}") for part in ("gamma", "beta"))
        x = layers.leaky_relu(layers.layer_norm(x, gain, bias), _SLOPE)
    return layers.lstm(x, f"{name}.lstm")


def _as_signal(graph: Graph, x: str) -> str:
    """(frames, channels) as (1, channels, 1, frames)."""
    return graph.op("Unsqueeze", graph.op("Transpose", x, perm=[1, 0]), graph.ints(0, 2))


def _residual_block(layers: Layers, x: str, name: str, style: str) -> str:
    """AdainResBlk1d; one that has weights for it doubles the frames."""
    graph = layers.graph
    residual = layers.leaky_relu(layers.styled_norm(x, f"{name}.norm1", style), _SLOPE)
    if layers.has(f"{name}.pool.weight"):
        residual, x = _doubled(layers, residual, f"{name}.pool"), _repeated(graph, x)
    residual = layers.convolve(residual, f"{name}.conv1", padding=1)
    residual = layers.leaky_relu(layers.styled_norm(residual, f"{name}.norm2", style), _SLOPE)
    residual = layers.convolve(residual, f"{name}.conv2", padding=1)
    if layers.has(f"{name}.conv1x1.weight"):
        x = layers.convolve(x, f"{name}.conv1x1")
    return graph.op("Mul", graph.op("Add", residual, x), graph.constant(2**-0.5))


def _doubled(layers: Layers, x: str, name: str) -> str:
    """A transposed convolution of each channel for itself, of three taps and stride 2."""
    weight, bias = layers.weight(f"{name}.weight"), layers.weight(f"{name}.bias")
    return layers.graph.op(
        "ConvTranspose",
        x,
        layers.graph.constant(weight[:, :, None, :]),
        layers.graph.constant(bias),
        kernel_shape=[1, 3],
        strides=[1, 2],
        pads=[0, 1, 0, 1],
        output_padding=[0, 1],
        group=len(weight),
    )


def _repeated(graph: Graph, x: str) -> str:
    """Every frame twice."""
    twice = graph.op("Concat", *[graph.op("Unsqueeze", x, graph.ints(4))] * 2, axis=4)
    return graph.op("Reshape", twice, graph.ints(0, 0, 0, -1))


def _vocoder_styles(
    layers: Layers, config: Mapping[str, Any]
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """What makes the gains and the biases of all norms of the vocoder of a voice, snake's alpha included."""
    gains: list[tuple[Array, Array]] = []
    biases: list[tuple[Array, Array]] = []
    for norm in norms_of(config):
        alpha = layers.weight(norm.alpha).reshape(-1)
        weight, bias = layers.style_weights(norm.name)
        for collected, rows in ((gains, slice(None, len(alpha))), (biases, slice(len(alpha), None))):
            collected.append((weight[rows] * alpha[:, None], bias[rows] * alpha))
    return _joined(gains), _joined(biases)


def _joined(pairs: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    weights, biases = zip(*pairs, strict=True)
    return np.concatenate(weights), np.concatenate(biases)
