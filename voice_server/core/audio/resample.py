"""PCM at an engine's sample rate to PCM at the client's, piece by piece.

Laws: the output is the same however the input was cut into pieces, and it lasts as long as the input to
within one sample. The first law needs float32 samples: soxr's int16 mode adds dither, whose noise depends on
the cuts.

The quality is soxr's HQ: about 0.2 ms of CPU for a second of audio (22050 to 24000 Hz, pieces of 50 ms and
more). The lower qualities save nothing (MQ, LQ) or alias (QQ). The filter needs 42 ms of input before its
first sample of output, which an engine faster than real time delivers at once.
"""

from __future__ import annotations

import numpy as np
import soxr

from voice_server.core.types import SAMPLE_RATE_HZ

_MIN_SAMPLE, _MAX_SAMPLE = -32768.0, 32767.0
_PIECE_BYTES = 32 * 1024
"""Larger pieces are cut: as float32 they do not fit the processor's cache, and take a quarter more time."""


class Resampler:
    """Converts a stream of int16 mono PCM from `from_hz` to `to_hz`; with equal rates it stays as it is."""

    __slots__ = ("_stream", "from_hz", "to_hz")

    def __init__(self, from_hz: int, to_hz: int = SAMPLE_RATE_HZ) -> None:
        self.from_hz = from_hz
        self.to_hz = to_hz
        self._stream: soxr.ResampleStream | None = None

    def process(self, pcm: bytes) -> bytes:
        """Take the next piece of PCM and return the output that is complete, which may be empty."""
        if self.from_hz == self.to_hz:
            return pcm
        if len(pcm) <= _PIECE_BYTES:
            return self._resample(pcm)
        pieces = range(0, len(pcm), _PIECE_BYTES)
        return b"".join([self._resample(pcm[at : at + _PIECE_BYTES]) for at in pieces])

    def finish(self) -> bytes:
        """Return the rest of the output; the next `process` begins a new stream."""
        if self._stream is None:
            return b""
        rest = self._resample(b"", last=True)
        self._stream.clear()  # takes a third of the time that a new one takes
        return rest

    def _resample(self, pcm: bytes, *, last: bool = False) -> bytes:
        if self._stream is None:
            self._stream = soxr.ResampleStream(self.from_hz, self.to_hz, 1, dtype="float32", quality="HQ")
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        output = self._stream.resample_chunk(samples, last=last)
        # On clipped speech the filter overshoots full scale; integer overflow would be a loud click.
        output.clip(_MIN_SAMPLE, _MAX_SAMPLE, out=output)  # half the time of np.clip for short pieces
        resampled: bytes = np.rint(output, out=output).astype("<i2").tobytes()
        return resampled
