"""Merges an engine's pieces into frames: the first is sent at once, later ones when the listener needs them.

Every frame costs both processes some work, so pieces are merged while the engine is well ahead of the
listener, who is assumed to start playing when the first frame is sent. A listener with `spare_s` of sound in
store when the job begins need not get the first frame at once. A frame has at most `MAX_FRAME_BYTES`: well
below the limit of a message, and small enough to be read while the next one is written.
"""

from __future__ import annotations

from voice_server.core.types import BYTES_PER_SAMPLE

MAX_FRAME_BYTES = 256 * 1024
_PLAYED_SHARE = 0.5
"""Held pieces are sent before the listener has played this share of the sound it has."""


class FrameMerger:
    """Collects pieces of one job; `now` and `began_at` are in seconds on any steady clock."""

    def __init__(self, sample_rate_hz: int, *, spare_s: float = 0.0, began_at: float = 0.0) -> None:
        self._bytes_per_s = BYTES_PER_SAMPLE * sample_rate_hz
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._sent_bytes = 0
        self._spare_s = spare_s
        self._playing_since = began_at
        self._last_piece_at = began_at

    def add(self, pcm: bytes, now: float) -> list[bytes]:
        """Return the frames to send now; often none."""
        self._held.append(pcm)
        self._held_bytes += len(pcm)
        is_due = self._is_due(now)
        self._last_piece_at = now
        if not is_due:
            return []
        if not self._sent_bytes and now - self._playing_since > self._spare_s:
            self._playing_since, self._spare_s = now, 0.0  # the listener has fallen silent meanwhile
        return self.flush()

    def flush(self) -> list[bytes]:
        """Return all that is held."""
        pcm = self._held[0] if len(self._held) == 1 else b"".join(self._held)
        self._sent_bytes += len(pcm)
        self._held, self._held_bytes = [], 0
        if len(pcm) <= MAX_FRAME_BYTES:
            return [pcm] if pcm else []
        view = memoryview(pcm)
        return [bytes(view[at : at + MAX_FRAME_BYTES]) for at in range(0, len(pcm), MAX_FRAME_BYTES)]

    def _is_due(self, now: float) -> bool:
        is_first = not (self._sent_bytes or self._spare_s)
        if is_first or self._held_bytes >= MAX_FRAME_BYTES:
            return True
        # The next piece will take about as long as this one did.
        next_piece_at = now + (now - self._last_piece_at)
        in_store_s = self._spare_s + self._sent_bytes / self._bytes_per_s
        return next_piece_at - self._playing_since > _PLAYED_SHARE * in_store_s
