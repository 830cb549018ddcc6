"""The header of a WAV file, also for a stream whose length is not known yet."""

from __future__ import annotations

import struct

from voice_server.core.types import BYTES_PER_SAMPLE

WAV_HEADER_BYTES = 44
_UNKNOWN_SIZE = 0xFFFFFFFF
_SIZE_WITHOUT_SAMPLES = WAV_HEADER_BYTES - 8
_FMT_CHUNK_BYTES = 16
_LINEAR_PCM = 1
_MONO = 1


def wav_header(sample_rate_hz: int, n_bytes: int | None) -> bytes:
    """Return the 44 bytes that stand before `n_bytes` of int16 mono PCM.

    With None, or more than the 4 GiB of the format, both sizes are 0xFFFFFFFF: players then read until the
    end.
    """
    riff_size = samples_size = _UNKNOWN_SIZE
    if n_bytes is not None and n_bytes + _SIZE_WITHOUT_SAMPLES < _UNKNOWN_SIZE:
        riff_size, samples_size = n_bytes + _SIZE_WITHOUT_SAMPLES, n_bytes
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        riff_size,
        b"WAVE",
        b"fmt ",
        _FMT_CHUNK_BYTES,
        _LINEAR_PCM,
        _MONO,
        sample_rate_hz,
        sample_rate_hz * BYTES_PER_SAMPLE,
        BYTES_PER_SAMPLE,
        8 * BYTES_PER_SAMPLE,
        b"data",
        samples_size,
    )
