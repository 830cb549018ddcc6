"""Cuts the silence at the edges of a render, so that pauses are the server's and not the engine's.

What comes out depends on the samples alone and not on the pieces in which they come: a render that begins
again on another worker has the same edges. Sound begins and ends with blocks of 5 ms whose mean magnitude is
above -66 dBFS; for noise that is a peak of -55. Measured: the softest f, h, th and p of espeak and Piper
begin 20 dB louder, and what Piper and Kokoro give as silence stays 8 to 20 dB below. Pauses inside a render
are kept, and so is a render without any sound. One that begins or ends inside a sound is faded there.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Final

from voice_server.core.types import BYTES_PER_SAMPLE

_BLOCKS_PER_SECOND: Final = 200
_QUIET: Final = 16
"""The mean magnitude of int16 samples up to which a block is quiet."""
_KEPT_BEFORE: Final = 2
_KEPT_BEHIND: Final = 4
"""Blocks of silence that stay at a cut, under a fade: too soft a beginning or end is in them."""
_MOST_BLOCKS: Final = 3 * _BLOCKS_PER_SECOND
"""A longer silence is no edge: nothing is held for longer, as a supervisor would take it for a hang."""


class EdgeTrimmer:
    """Takes one render's PCM in pieces of any size and hands it on without the silence at its edges.

    `lead_samples` is how much was cut in front, and `sound_samples` where the last sound so far ends, counted
    from the first sample handed on; both are certain once `finish` has been called, the first one as soon as
    anything was handed on.
    """

    def __init__(self, sample_rate_hz: int, fade_ms: float = 5.0) -> None:
        samples = sample_rate_hz // _BLOCKS_PER_SECOND
        self._fade_bytes = BYTES_PER_SAMPLE * min(round(sample_rate_hz * fade_ms / 1000), samples)
        self._block_bytes = BYTES_PER_SAMPLE * samples
        self._block = Struct(f"<{samples}h")
        self._most_sum = _QUIET * samples
        self._held = b""
        self._quiet_blocks = 0  # so many blocks of `_held`, from its beginning, are known to be quiet
        self._has_begun = False
        self._passed_bytes = 0
        self.lead_samples = 0
        self.sound_samples = 0

    def add(self, pcm: bytes) -> bytes:
        """Return what can be handed on now; nothing while it may be an edge."""
        self._held = self._held + pcm if self._held else pcm
        if not self._has_begun and not self._begin():
            return b""
        # One block stays in any case: it is faded out if the engine stops in the middle of a sound.
        last = len(self._held) // self._block_bytes - 1
        end = self._end_of_sound(last)
        return self._pass(max(end, last - _MOST_BLOCKS))

    def finish(self) -> bytes:
        """Return what is left of the render, without the silence at its end."""
        if not self._has_begun:
            self.sound_samples = len(self._held) // BYTES_PER_SAMPLE
            return self._pass_rest(self._held)
        whole = len(self._held) // self._block_bytes
        end = self._end_of_sound(whole) * self._block_bytes
        if self._is_loud(self._held[whole * self._block_bytes :]):
            end = len(self._held)
        self.sound_samples = max(self.sound_samples, (self._passed_bytes + end) // BYTES_PER_SAMPLE)
        kept = end + _KEPT_BEHIND * self._block_bytes
        if kept < len(self._held):
            return self._pass_rest(self._held[:end] + _faded(self._held[end:kept], opens=False))
        return self._pass_rest(self._softened(self._held, opens=False))

    def _begin(self) -> bool:
        """Whether sound has begun; then the silence before it has been cut."""
        blocks = len(self._held) // self._block_bytes
        while self._quiet_blocks < min(blocks, _MOST_BLOCKS):
            if self._is_loud_at(self._quiet_blocks):
                break
            self._quiet_blocks += 1
        else:
            if blocks <= _MOST_BLOCKS:
                return False
        self._has_begun = True
        first = 0 if self._quiet_blocks >= _MOST_BLOCKS else self._quiet_blocks - _KEPT_BEFORE
        if first > 0:
            cut, sound = first * self._block_bytes, self._quiet_blocks * self._block_bytes
            self._held = _faded(self._held[cut:sound], opens=True) + self._held[sound:]
            self.lead_samples = cut // BYTES_PER_SAMPLE
            self._quiet_blocks = _KEPT_BEFORE
        else:
            self._held = self._softened(self._held, opens=True)
        return True

    def _end_of_sound(self, blocks: int) -> int:
        """How many of the first `blocks` blocks there are up to the end of the last loud one."""
        end = blocks
        while end > self._quiet_blocks and not self._is_loud_at(end - 1):
            end -= 1
        if end > self._quiet_blocks:
            self.sound_samples = (self._passed_bytes + end * self._block_bytes) // BYTES_PER_SAMPLE
            self._quiet_blocks = blocks
            return end
        self._quiet_blocks = max(self._quiet_blocks, blocks)
        return 0

    def _pass(self, blocks: int) -> bytes:
        if blocks <= 0:
            return b""
        end = blocks * self._block_bytes
        passed, self._held = self._held[:end], self._held[end:]
        self._quiet_blocks = max(0, self._quiet_blocks - blocks)
        self._passed_bytes += end
        return passed

    def _pass_rest(self, pcm: bytes) -> bytes:
        self._held = b""
        self._passed_bytes += len(pcm)
        return pcm

    def _is_loud_at(self, block: int) -> bool:
        samples: Sequence[int] = self._block.unpack_from(self._held, block * self._block_bytes)
        return sum(map(abs, samples)) > self._most_sum

    def _is_loud(self, pcm: bytes) -> bool:
        return sum(map(abs, _samples(pcm))) * BYTES_PER_SAMPLE > _QUIET * len(pcm)

    def _softened(self, pcm: bytes, *, opens: bool) -> bytes:
        """The PCM with a fade at one end, if there would be a step from or to silence that may be heard."""
        size = min(self._fade_bytes, len(pcm))
        edge = pcm[:size] if opens else pcm[len(pcm) - size :]
        samples = _samples(edge)
        if not samples or abs(samples[0 if opens else -1]) <= _QUIET:
            return pcm
        faded = _faded(edge, opens=opens)
        return faded + pcm[len(edge) :] if opens else pcm[: -len(edge)] + faded


def _samples(pcm: bytes) -> Sequence[int]:
    return Struct(f"<{len(pcm) // BYTES_PER_SAMPLE}h").unpack(pcm)


def _faded(pcm: bytes, *, opens: bool) -> bytes:
    """The PCM, louder from sample to sample, or softer, beginning or ending at zero."""
    samples = _samples(pcm)
    count = len(samples)
    shares = range(count) if opens else reversed(range(count))
    faded = (sample * share // count for sample, share in zip(samples, shares, strict=True))
    return Struct(f"<{count}h").pack(*faded)
