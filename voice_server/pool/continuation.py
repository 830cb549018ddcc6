"""Joins the attempts at one segment, so that nothing that was delivered is sent again.

The server counts the samples that were delivered and skips as many of the next attempt. Most engines repeat
themselves with the same seed, which is checked sample by sample: then the join is exact. Where one does not,
the audio after the join is blended from the last delivered sample into the new attempt over 20 ms, so that no
click is heard.
"""

from __future__ import annotations

import struct

from voice_server.core.types import BYTES_PER_SAMPLE, Frame, WordMark

SEAM_MS = 20


class Continuation:
    """What has been delivered of one segment, whatever worker it came from."""

    def __init__(self) -> None:
        self._delivered: list[bytes] = []
        self._marks: set[tuple[int, int, str]] = set()
        self._expected = b""
        self._skipped = 0
        self._differs = False
        self._seam_samples = 0
        self._seam_at = 0
        self._last_sample = 0
        self.has_seam = False
        """Whether the attempts differ and a blend covers the join."""

    def retry(self) -> None:
        """Begin again with another worker."""
        self._expected = b"".join(self._delivered)
        self._delivered = [self._expected]
        self._skipped = 0
        self._differs = False

    def accept(self, frame: Frame) -> Frame | None:
        """Return what is new of a frame; None when all of it was delivered before."""
        pcm = frame.pcm
        if self._skipped < len(self._expected):
            pcm = self._skip(pcm)
        if not pcm:
            return None
        if self._differs:
            self._begin_seam(frame.sample_rate_hz)
        if self._seam_at < self._seam_samples:
            pcm = self._blend(pcm)
        self._delivered.append(pcm)
        return frame if pcm is frame.pcm else Frame(pcm, frame.sample_rate_hz)

    def is_new(self, mark: WordMark) -> bool:
        """Whether a word mark has not been delivered; it counts as delivered from now on."""
        key = (mark.start, mark.end, mark.word)
        if key in self._marks:
            return False
        self._marks.add(key)
        return True

    def _skip(self, pcm: bytes) -> bytes:
        known = self._expected[self._skipped : self._skipped + len(pcm)]
        if not pcm.startswith(known):
            self._differs = True
        self._skipped += len(known)
        return pcm[len(known) :]

    def _begin_seam(self, sample_rate_hz: int) -> None:
        self._differs, self.has_seam = False, True
        self._seam_samples = SEAM_MS * sample_rate_hz // 1000
        self._seam_at = 0
        (self._last_sample,) = struct.unpack("<h", self._expected[-BYTES_PER_SAMPLE:])

    def _blend(self, pcm: bytes) -> bytes:
        count = min(self._seam_samples - self._seam_at, len(pcm) // BYTES_PER_SAMPLE)
        layout, head = f"<{count}h", count * BYTES_PER_SAMPLE
        blended = []
        for index, sample in enumerate(struct.unpack(layout, pcm[:head]), start=self._seam_at + 1):
            share = index / self._seam_samples
            blended.append(round(sample * share + self._last_sample * (1 - share)))
        self._seam_at += count
        return struct.pack(layout, *blended) + pcm[head:]
