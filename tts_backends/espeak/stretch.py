"""Speeds that espeak-ng does not speak at: its own audio, stretched or squeezed without a change of pitch.

The library carries the Sonic time stretcher and exports its functions. Between 80 and 350 words a minute
the synthesizer itself sets the pace, which sounds better; beyond, it speaks at the nearer end and this does
the rest.
"""

from __future__ import annotations

import ctypes

_BLOCK_SAMPLES = 8192


class Stretcher:
    """Plays int16 mono PCM `speed` times as fast; close it after use."""

    def __init__(self, library: ctypes.CDLL, sample_rate_hz: int, speed: float) -> None:
        self._c = library
        self._c.sonicCreateStream.restype = ctypes.c_void_p
        self._stream = ctypes.c_void_p(self._c.sonicCreateStream(sample_rate_hz, 1))
        self._c.sonicSetSpeed(self._stream, ctypes.c_float(speed))
        self._block = ctypes.create_string_buffer(2 * _BLOCK_SAMPLES)

    def process(self, pcm: bytes) -> bytes:
        """What can be played after `pcm`; some of it may come with later calls."""
        self._c.sonicWriteShortToStream(self._stream, pcm, len(pcm) // 2)
        return self._read()

    def finish(self) -> bytes:
        """What is left at the end."""
        self._c.sonicFlushStream(self._stream)
        return self._read()

    def close(self) -> None:
        """Free the stretcher's memory."""
        if self._stream:
            self._c.sonicDestroyStream(self._stream)
            self._stream = ctypes.c_void_p(None)

    def _read(self) -> bytes:
        blocks = bytearray()
        while n_samples := self._c.sonicReadShortFromStream(self._stream, self._block, _BLOCK_SAMPLES):
            blocks += ctypes.string_at(self._block, 2 * n_samples)
        return bytes(blocks)
