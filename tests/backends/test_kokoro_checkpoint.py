"""Files of torch are read without torch, and none can do more than give numbers."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.backends.kokoro.torch_file import save
from tts_backends.kokoro.checkpoint import _array, read_tensors


def test_what_torch_saves_is_read(tmp_path: Path) -> None:
    values = {"part": {"weight": np.arange(12, dtype=np.float32).reshape(3, 4)}}
    save(values, tmp_path / "file.pth")
    np.testing.assert_array_equal(
        read_tensors(tmp_path / "file.pth")["part"]["weight"], values["part"]["weight"]
    )


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        (0, (17,), (1,)),
        (1, (16,), (1,)),
        (0, (2, 2), (16, 1)),
        (0, (2,), (2**29,)),
        (-1, (2,), (1,)),
        (4, (2,), (-5,)),
    ],
)
def test_a_tensor_beyond_its_numbers_is_refused(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="beyond its numbers"):
        _array(np.zeros(16, np.float32), offset, shape, strides)


def test_a_tensor_without_numbers_has_its_shape() -> None:
    assert _array(np.zeros(0, np.float32), 0, (0, 3), (3, 1)).shape == (0, 3)


@pytest.mark.parametrize("content", [b"", pickle.dumps(print), pickle.dumps(Path), b"no pickle"])
def test_a_file_that_wants_more_than_tensors_is_refused(tmp_path: Path, content: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "file.pth", "w") as archive:
        archive.writestr("archive/data.pkl", content)
    with pytest.raises(ValueError, match=r"^file\.pth is no file of tensors: "):
        read_tensors(tmp_path / "file.pth")


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file.pth").write_bytes(b"no archive")
    with pytest.raises(ValueError, match="no file of tensors"):
        read_tensors(tmp_path / "file.pth")
