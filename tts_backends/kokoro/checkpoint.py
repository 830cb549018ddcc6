"""Reads the published checkpoint and voices without torch, and folds the weight norms of the network.

A file of torch is a ZIP archive of one pickle, which names tensors, and the numbers of each, uncompressed.
The pickle may name nothing but the few functions that make tensors and dictionaries.
"""

from __future__ import annotations

import io
import json
import pickle
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

PARTS = ("bert", "bert_encoder", "predictor", "text_encoder", "decoder")
VOICE_SHAPE = (510, 1, 256)
"""A style for each number of phonemes; the first half is for the sound, the second for the manner."""

STYLE_SIZE = VOICE_SHAPE[2] // 2

Speakers = Sequence[tuple[float, Array]]
"""The shares of a mix, which add up to 1, and its speakers' arrays; of a voice without a mix there is one."""

NORM_EPSILON = 1e-5
"""What torch's InstanceNorm1d and LayerNorm add to a variance, unless told otherwise."""

_DTYPES = {"FloatStorage": "<f4", "HalfStorage": "<f2", "DoubleStorage": "<f8", "LongStorage": "<i8"}


class DamagedFile(ValueError):
    """A file of a model folder is not what was once written there."""


def checkpoint_of(folder: Path) -> Path:
    """Return the file with the weights of a model folder. Raises FileNotFoundError."""
    for pattern in ("*.pth", "*.npz"):
        if found := sorted(folder.glob(pattern)):
            return found[0]
    raise FileNotFoundError(f"the model folder {folder.name} holds no weights (*.pth or *.npz)")


def damaged_file(folder: Path, *, thorough: bool = False) -> str | None:
    """Return the name of a file of a model folder that is missing or not whole; None if there is none.

    That takes a millisecond; with `thorough` the voices are looked at too, and every byte of the weights.
    """
    try:
        json.loads((folder / "config.json").read_text("utf-8"))["vocab"].items()
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return "config.json"
    try:
        files = [checkpoint_of(folder)]
    except FileNotFoundError:
        return "weights.npz"
    if thorough:
        files += [*sorted(folder.glob("voices/*.pt")), *sorted(folder.glob("voices/*.bin"))]
    return next((file.name for file in files if not _is_whole(file, thorough=thorough)), None)


def _is_whole(file: Path, *, thorough: bool) -> bool:
    try:
        if file.suffix == ".bin":
            return file.stat().st_size == 4 * int(np.prod(VOICE_SHAPE))
        with zipfile.ZipFile(file) as archive:
            return not thorough or archive.testzip() is None
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error):
        return False


def read_voice(folder: Path, name: str) -> Array:
    """Return a voice of a model folder, of VOICE_SHAPE. Raises FileNotFoundError, DamagedFile."""
    published, plain = folder / "voices" / f"{name}.pt", folder / "voices" / f"{name}.bin"
    if published.is_file():
        voice: Array = np.asarray(read_tensors(published), np.float32)
    else:
        voice = np.fromfile(plain, "<f4")
    if voice.size != np.prod(VOICE_SHAPE):
        raise DamagedFile(f"the voice {name} has {voice.size} numbers in place of {np.prod(VOICE_SHAPE)}")
    return voice.reshape(VOICE_SHAPE)


def mixed(speakers: Speakers) -> Array:
    """Return the array of a mix, of VOICE_SHAPE."""
    voice: Array = sum(share * each for share, each in speakers)  # type: ignore[assignment]
    return voice


def read_tensors(file: Path) -> Any:
    """Return what torch.save wrote to `file`, with a numpy array in place of each tensor.

    Raises DamagedFile, which says what is wrong, for a file that is none of torch's or holds more than
    tensors and dictionaries.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            (pickled,) = (name for name in archive.namelist() if name.endswith("data.pkl"))
            return _Tensors(archive, pickled).load()
    except (zipfile.BadZipFile, EOFError, KeyError, TypeError, ValueError, pickle.UnpicklingError) as error:
        raise DamagedFile(f"{file.name} is no file of tensors: {error}") from None


def read_checkpoint(file: Path) -> dict[str, Array]:
    """Return the network's weights in float32 by their names, `decoder.generator.conv_post.weight`.

    Weight norm is folded: `weight_g` and `weight_v` become the `weight` that they stand for. An `.npz` holds
    what this function returns. Raises DamagedFile.
    """
    if file.suffix == ".npz":
        try:
            with np.load(file) as archive:
                return dict(archive)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
            raise DamagedFile(f"{file.name} is no file of arrays: {error}") from None
    weights: dict[str, Array] = {}
    for part, state in read_tensors(file).items():
        if part not in PARTS:
            raise ValueError(f"{file.name} holds an unknown part {part}")
        # Some files were saved from a parallel wrapper, whose name precedes every key.
        for key, value in state.items():
            weights[f"{part}.{key.removeprefix('module.')}"] = np.asarray(value, np.float32)
    return dict(_folded(weights))


def _folded(weights: Mapping[str, Array]) -> Any:
    for key, value in weights.items():
        if key.endswith(".weight_v"):
            plain = key.removesuffix("_v")
            lengths = np.sqrt(np.square(value, dtype=np.float64).sum(axis=(1, 2), keepdims=True))
            yield plain, (value * (weights[plain + "_g"] / np.maximum(lengths, 1e-30))).astype(np.float32)
        elif not key.endswith(".weight_g"):
            yield key, value


class _Tensors(pickle.Unpickler):
    """Makes arrays of one archive's tensors."""

    def __init__(self, archive: zipfile.ZipFile, pickled: str) -> None:
        super().__init__(io.BytesIO(archive.read(pickled)))
        self._archive = archive
        self._folder = pickled.removesuffix("data.pkl")

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in _DTYPES:
            return np.dtype(_DTYPES[name])
        known = {
            ("torch._utils", "_rebuild_tensor_v2"): _array,
            ("torch._utils", "_rebuild_parameter"): lambda data, *_rest: data,
            ("collections", "OrderedDict"): OrderedDict,
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"it wants {module}.{name}")
        return known[module, name]

    def persistent_load(self, pid: Any) -> Any:
        _, dtype, key, _, count = pid
        return np.frombuffer(self._archive.read(f"{self._folder}data/{key}"), dtype, count)


def _array(storage: Any, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_rest: Any) -> Any:
    last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    if min(offset, *shape, *strides, 0) < 0 or last >= max(len(storage), 1):
        raise ValueError("a tensor reaches beyond its numbers")
    steps = [stride * storage.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, steps, writeable=False)
