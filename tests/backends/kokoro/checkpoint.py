"""Makes a small checkpoint with random weights in the format of Kokoro's files; run by the backend's python.

The decoder's inner sizes are fixed in the package, so it has 26 million parameters; everything else is tiny.
`--full` makes one of the published size, for measuring.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[3]))

from tests.backends.kokoro.torch_file import save

Shapes = Iterator[tuple[str, tuple[int, ...]]]

_SYMBOLS = (
    ';:,.!?—…"()“” \u0303ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊ'
    "ʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ"
)
_SMALL = {"hidden_size": 16, "num_attention_heads": 1, "intermediate_size": 16, "num_hidden_layers": 1}
_FULL = {"hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 2048, "num_hidden_layers": 12}
_FRAMES_A_PHONEME = {True: 3, False: 2}  # real speech has about 3; 2 are faster to render
_VOICES = (
    *("af_heart", "af_bella", "af_sky", "bf_emma", "ef_dora", "ff_siwis", "hf_alpha", "if_sara", "jf_alpha"),
    *("pf_dora", "zf_xiaobei"),
)


def config(*, full: bool) -> dict[str, Any]:
    """The configuration, with the names of the published one."""
    return {
        "istftnet": {
            "upsample_kernel_sizes": [20, 12],
            "upsample_rates": [10, 6],
            "gen_istft_hop_size": 5,
            "gen_istft_n_fft": 20,
            "resblock_dilation_sizes": [[1, 3, 5]] * (3 if full else 1),
            "resblock_kernel_sizes": [3, 7, 11] if full else [3],
            "upsample_initial_channel": 512,
        },
        "dropout": 0.2,
        "hidden_dim": 512,
        "max_dur": 50,
        "n_layer": 3 if full else 1,
        "n_mels": 80,
        "n_token": 178,
        "style_dim": 128,
        "text_encoder_kernel_size": 5,
        "plbert": {**(_FULL if full else _SMALL), "max_position_embeddings": 512},
        "vocab": {symbol: number for number, symbol in enumerate(_SYMBOLS, 1)},
    }


def shapes(config: dict[str, Any]) -> Shapes:
    """All weights of the package's network by their names (KModel of kokoro 0.9.4)."""
    hidden, inner = config["plbert"]["hidden_size"], config["plbert"]["intermediate_size"]
    for name, rows in (("word", config["n_token"]), ("position", 512), ("token_type", 2)):
        yield f"bert.embeddings.{name}_embeddings.weight", (rows, 128)
    yield from _norm("bert.embeddings.LayerNorm", 128)
    yield from _linear("bert.encoder.embedding_hidden_mapping_in", 128, hidden)
    layer = "bert.encoder.albert_layer_groups.0.albert_layers.0"
    for name in ("query", "key", "value", "dense"):
        yield from _linear(f"{layer}.attention.{name}", hidden, hidden)
    yield from _norm(f"{layer}.attention.LayerNorm", hidden)
    yield from _norm(f"{layer}.full_layer_layer_norm", hidden)
    yield from _linear(f"{layer}.ffn", hidden, inner)
    yield from _linear(f"{layer}.ffn_output", inner, hidden)
    yield from _linear("bert.pooler", hidden, hidden)
    yield from _linear("bert_encoder", hidden, 512)
    yield from _predictor(config)
    yield "text_encoder.embedding.weight", (config["n_token"], 512)
    for number in range(config["n_layer"]):
        yield from _convolution(f"text_encoder.cnn.{number}.0", 512, 512, config["text_encoder_kernel_size"])
        for part in ("gamma", "beta"):
            yield f"text_encoder.cnn.{number}.1.{part}", (512,)
    yield from _lstm("text_encoder.lstm", 512)
    yield from _decoder(config["istftnet"])


def _predictor(config: dict[str, Any]) -> Shapes:
    for number in range(config["n_layer"]):
        yield from _lstm(f"predictor.text_encoder.lstms.{2 * number}", 640)
        yield from _linear(f"predictor.text_encoder.lstms.{2 * number + 1}.fc", 128, 1024)
    yield from _lstm("predictor.lstm", 640)
    yield from _lstm("predictor.shared", 640)
    yield from _linear("predictor.duration_proj.linear_layer", 512, config["max_dur"])
    for name in ("F0", "N"):
        yield from _residual(f"predictor.{name}.0", 512, 512)
        yield from _residual(f"predictor.{name}.1", 512, 256, doubles=True)
        yield from _residual(f"predictor.{name}.2", 256, 256)
        yield f"predictor.{name}_proj.weight", (1, 256, 1)
        yield f"predictor.{name}_proj.bias", (1,)


def _decoder(shape: dict[str, Any]) -> Shapes:
    yield from _residual("decoder.encode", 514, 1024)
    for number in range(4):
        last = number == 3
        yield from _residual(f"decoder.decode.{number}", 1090, 512 if last else 1024, doubles=last)
    for name in ("F0", "N"):
        yield from _convolution(f"decoder.{name}_conv", 1, 1, 3)
    yield from _convolution("decoder.asr_res.0", 512, 64, 1)
    yield from _linear("decoder.generator.m_source.l_linear", 9, 1)
    kernels, channels = shape["resblock_kernel_sizes"], shape["upsample_initial_channel"]
    for stage, (source, noise, rate) in enumerate(((12, 7, 20), (1, 11, 12))):
        generator = "decoder.generator"
        yield from _convolution(f"{generator}.ups.{stage}", channels // 2, channels, rate, bias=channels // 2)
        channels //= 2
        yield f"{generator}.noise_convs.{stage}.weight", (channels, 22, source)
        yield f"{generator}.noise_convs.{stage}.bias", (channels,)
        yield from _snake_block(f"{generator}.noise_res.{stage}", channels, noise)
        for number, kernel in enumerate(kernels):
            yield from _snake_block(
                f"{generator}.resblocks.{stage * len(kernels) + number}", channels, kernel
            )
    yield from _convolution("decoder.generator.conv_post", channels, 22, 7)


def _linear(name: str, inputs: int, outputs: int) -> Shapes:
    yield f"{name}.weight", (outputs, inputs)
    yield f"{name}.bias", (outputs,)


def _norm(name: str, size: int) -> Shapes:
    yield f"{name}.weight", (size,)
    yield f"{name}.bias", (size,)


def _lstm(name: str, inputs: int) -> Shapes:
    for direction in ("l0", "l0_reverse"):
        yield f"{name}.weight_ih_{direction}", (1024, inputs)
        yield f"{name}.weight_hh_{direction}", (1024, 256)
        yield f"{name}.bias_ih_{direction}", (1024,)
        yield f"{name}.bias_hh_{direction}", (1024,)


def _convolution(name: str, inputs: int, outputs: int, kernel: int, bias: int | None = None) -> Shapes:
    yield f"{name}.weight_v", (outputs, inputs, kernel)
    yield f"{name}.weight_g", (outputs, 1, 1)
    if bias != 0:
        yield f"{name}.bias", (bias or outputs,)


def _styled(name: str, channels: int) -> Shapes:
    yield from _norm(f"{name}.norm", channels)
    yield from _linear(f"{name}.fc", 128, 2 * channels)


def _residual(name: str, inputs: int, outputs: int, *, doubles: bool = False) -> Shapes:
    yield from _styled(f"{name}.norm1", inputs)
    yield from _styled(f"{name}.norm2", outputs)
    yield from _convolution(f"{name}.conv1", inputs, outputs, 3)
    yield from _convolution(f"{name}.conv2", outputs, outputs, 3)
    if inputs != outputs:
        yield from _convolution(f"{name}.conv1x1", inputs, outputs, 1, bias=0)
    if doubles:
        yield from _convolution(f"{name}.pool", 1, inputs, 3)


def _snake_block(name: str, channels: int, kernel: int) -> Shapes:
    for half in (1, 2):
        for number in range(3):
            yield from _convolution(f"{name}.convs{half}.{number}", channels, channels, kernel)
            yield from _styled(f"{name}.adain{half}.{number}", channels)
            yield f"{name}.alpha{half}.{number}", (1, channels, 1)


def make(folder: Path, *, full: bool) -> None:
    """Write `config.json`, the weights and voices."""
    random = np.random.default_rng(0)
    shape = config(full=full)
    parts: dict[str, dict[str, np.ndarray]] = {}
    for name, size in shapes(shape):
        part, _, key = name.partition(".")
        parts.setdefault(part, {})[key] = _initial(random, key, size)
    frames = _FRAMES_A_PHONEME[full]
    parts["predictor"]["duration_proj.linear_layer.bias"][:] = math.log(frames / (shape["max_dur"] - frames))
    # The last layer gives logarithms of levels.
    parts["decoder"]["generator.conv_post.weight_g"][:] = 0.2
    parts["decoder"]["generator.conv_post.bias"][:] = -3.0
    (folder / "voices").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(shape))
    save(parts, folder / "kokoro-v1_0.pth")
    for voice in _VOICES:
        style = random.standard_normal((510, 1, 256), np.float32) * np.float32(0.1)
        save(style, folder / "voices" / f"{voice}.pt")


def _initial(random: np.random.Generator, key: str, size: tuple[int, ...]) -> np.ndarray:
    """Numbers that keep a signal's level from layer to layer."""
    if key.endswith((".alpha1.0", ".alpha1.1", ".alpha1.2", ".alpha2.0", ".alpha2.1", ".alpha2.2")):
        return np.ones(size, np.float32)
    if key.endswith(("weight_g", "orm.weight", "norm1.norm.weight", "norm2.norm.weight", "gamma")):
        return np.ones(size, np.float32)
    if len(size) == 1:
        return np.zeros(size, np.float32)
    return random.standard_normal(size, np.float32) * np.float32(1 / math.sqrt(math.prod(size[1:])))


if __name__ == "__main__":
    make(Path(sys.argv[1]), full="--full" in sys.argv)
