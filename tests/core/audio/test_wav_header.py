from __future__ import annotations

import io
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.audio.wav_header import WAV_HEADER_BYTES, wav_header


@given(st.sampled_from([8_000, 22_050, 24_000, 48_000]), st.integers(0, 1000))
def test_the_standard_library_reads_what_we_write(rate: int, n_samples: int) -> None:
    pcm = bytes(2 * n_samples)
    with wave.open(io.BytesIO(wav_header(rate, len(pcm)) + pcm)) as reader:
        assert (reader.getframerate(), reader.getnchannels(), reader.getsampwidth()) == (rate, 1, 2)
        assert reader.readframes(reader.getnframes()) == pcm


@pytest.mark.parametrize("n_bytes", [None, 0xFFFFFFFF - 36, 2**40])
def test_a_size_that_cannot_be_stated_is_all_ones(n_bytes: int | None) -> None:
    header = wav_header(24_000, n_bytes)
    assert header[4:8] == header[40:44] == b"\xff" * 4


def test_the_largest_size_that_fits_is_stated() -> None:
    header = wav_header(24_000, 0xFFFFFFFE - 36)
    assert header[4:8] == b"\xfe\xff\xff\xff"


@pytest.mark.parametrize("n_bytes", [None, 0, 480])
def test_the_header_is_44_bytes(n_bytes: int | None) -> None:
    assert len(wav_header(24_000, n_bytes)) == WAV_HEADER_BYTES == 44
