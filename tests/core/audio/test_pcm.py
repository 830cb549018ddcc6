from __future__ import annotations

import math
import struct
import subprocess
import sys
from array import array
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import voice_server.core.audio.pcm as pcm_module
from voice_server.core.audio.pcm import duration_ms, samples_in, to_pcm


class Tensor:
    """What torch's tensors show of themselves, as far as to_pcm looks; numpy only after cpu()."""

    def __init__(self, values: npt.NDArray[Any], *, floating: bool, ready: bool = False) -> None:
        self._values = values
        self._floating = floating
        self._ready = ready

    def detach(self) -> Tensor:
        return Tensor(self._values, floating=self._floating)

    def is_floating_point(self) -> bool:
        return self._floating

    def float(self) -> Tensor:
        assert self._floating, "float() would spoil int16 samples"
        return Tensor(self._values.astype(np.float32), floating=True)

    def cpu(self) -> Tensor:
        return Tensor(self._values, floating=self._floating, ready=True)

    def numpy(self) -> npt.NDArray[Any]:
        assert self._ready, "the tensor is still on its device"
        return self._values


def samples(pcm: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(pcm) // 2}h", pcm))


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_like_objects_are_pcm_already(kind: type) -> None:
    assert to_pcm(kind(b"\x01\x02\x03\x04")) == b"\x01\x02\x03\x04"


def test_a_view_of_int16_is_pcm_already() -> None:
    assert samples(to_pcm(memoryview(array("h", [1, -2])))) == [1, -2]


def test_a_view_of_floats_is_refused() -> None:
    with pytest.raises(TypeError, match="not memoryview"):
        to_pcm(memoryview(array("f", [0.5])))


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="even number of bytes, not 3"):
        to_pcm(b"abc")


@pytest.mark.parametrize("dtype", ["<f2", "<f4", "<f8", ">f4"])
def test_full_scale_of_floats_is_one_and_beyond_it_is_clipped(dtype: str) -> None:
    values = np.array([0.0, 1.0, -1.0, 7.0, -7.0, 0.5], dtype=dtype)
    assert samples(to_pcm(values)) == [0, 32767, -32767, 32767, -32767, 16384]


def test_what_is_no_number_becomes_silence_and_infinity_full_scale() -> None:
    assert samples(to_pcm(np.array([np.nan, np.inf, -np.inf, 1e300]))) == [0, 32767, -32767, 32767]


def test_any_shape_is_flattened() -> None:
    assert samples(to_pcm(np.array([[[1, 2]], [[3, 4]]], dtype=np.int16))) == [1, 2, 3, 4]


def test_big_endian_samples_are_turned_round() -> None:
    assert samples(to_pcm(np.array([1, -2], dtype=">i2"))) == [1, -2]


def test_the_callers_array_is_left_as_it_was() -> None:
    values = np.array([0.25, np.nan, 3.0], dtype=np.float32)
    to_pcm(values)
    assert values.tolist()[::2] == [0.25, 3.0]
    assert math.isnan(values[1])


def test_a_floating_tensor_is_brought_to_float32_on_the_cpu() -> None:
    assert samples(to_pcm(Tensor(np.array([0.5, -1.0]), floating=True))) == [16384, -32767]


def test_an_int16_tensor_keeps_its_samples() -> None:
    assert samples(to_pcm(Tensor(np.array([5, -6], dtype=np.int16), floating=False))) == [5, -6]


@pytest.mark.parametrize("wrong", ["text", [0.5], None, 3])
def test_what_is_no_audio_is_refused_by_its_type(wrong: object) -> None:
    with pytest.raises(TypeError, match=f"not {type(wrong).__name__}"):
        to_pcm(wrong)


@pytest.mark.parametrize("dtype", ["int32", "uint8", "complex64", "bool"])
def test_arrays_whose_scale_nobody_stated_are_refused(dtype: str) -> None:
    with pytest.raises(TypeError, match=f"float or int16, not {dtype}"):
        to_pcm(np.zeros(3, dtype=dtype))


@given(npst.arrays(np.float32, st.integers(0, 50), elements=st.floats(-1, 1, width=32)))
def test_rounding_is_to_the_nearest_sample(values: npt.NDArray[np.float32]) -> None:
    for got, wanted in zip(samples(to_pcm(values)), values.tolist(), strict=True):
        assert abs(got - wanted * 32767) <= 0.51


def test_samples_and_duration_follow_from_the_size() -> None:
    assert samples_in(bytes(480)) == 240
    assert duration_ms(480, 24_000) == 10.0


def test_bytes_pass_where_there_is_no_numpy() -> None:
    code = (
        "import sys, importlib.util as u; sys.modules['numpy'] = None\n"
        "spec = u.spec_from_file_location('pcm', sys.argv[1]); m = u.module_from_spec(spec)\n"
        "spec.loader.exec_module(m); assert m.to_pcm(b'ab') == b'ab'"
    )
    path = Path(pcm_module.__file__)
    done = subprocess.run([sys.executable, "-I", "-c", code, str(path)], capture_output=True, check=False)
    assert done.stderr == b""
    assert done.returncode == 0
