"""What has been received and not yet heard: written by the program, read by the sound device's thread.

Laws: what is read is what was written, in order, and silence only where nothing was there; the play position
counts sound and never silence, and lies behind what was read by as much as the device still holds; what is
cut is faded out, so that nothing clicks.
"""

from __future__ import annotations

from collections import deque
from threading import Condition

from voice_server.core.audio.mixer import FADE_MS, ramped
from voice_server.core.audio.pcm import duration_ms, samples_in
from voice_server.core.types import BYTES_PER_SAMPLE

_MOST_PENDING_S = 60


class PlayBuffer:
    """PCM at `sample_rate_hz` on its way to a device that itself holds `device_ms` of sound.

    A writer waits while more than a minute is pending, so that a fast server cannot fill the memory.
    """

    def __init__(self, sample_rate_hz: int, device_ms: float = 0) -> None:
        self._rate_hz = sample_rate_hz
        self._device_bytes = BYTES_PER_SAMPLE * round(device_ms * sample_rate_hz / 1000)
        self._changed = Condition()
        self._pieces: deque[memoryview] = deque()
        self._pending = 0  # bytes
        self._read = 0  # bytes of sound
        self._in_device: deque[tuple[int, int]] = deque()  # (bytes of sound, bytes) of the last reads
        self._in_device_total = 0
        self._is_closed = False

    @property
    def played_ms(self) -> float:
        """How much has been heard."""
        with self._changed:
            return duration_ms(self._read - self._held(), self._rate_hz)

    def write(self, pcm: bytes) -> None:
        """Add sound to the end."""
        samples_in(pcm)
        with self._changed:
            most = _MOST_PENDING_S * self._rate_hz * BYTES_PER_SAMPLE
            self._changed.wait_for(lambda: self._pending < most or self._is_closed)
            if pcm and not self._is_closed:
                self._pieces.append(memoryview(pcm))
                self._pending += len(pcm)

    def read(self, n_bytes: int) -> bytes:
        """Take the next `n_bytes`, with silence behind where there is not so much."""
        with self._changed:
            taken = self._take(n_bytes)
            sound = len(taken)
            self._read += sound
            self._note_read(sound, n_bytes)
            self._changed.notify_all()
        return taken + bytes(n_bytes - sound)

    def clear(self) -> float:
        """Fade out what has not been read, within 5 ms; return how many milliseconds that was."""
        fade = round(FADE_MS * self._rate_hz / 1000)
        with self._changed:
            unread = self._pending
            last = ramped(self._take(fade * BYTES_PER_SAMPLE), 1.0, 0.0, fade)
            self._pieces = deque([memoryview(last)])
            self._pending = len(last)
            self._changed.notify_all()
        return duration_ms(unread, self._rate_hz)

    def close(self) -> None:
        """Take nothing more, and end every wait."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def wait_until_heard(self, timeout_s: float | None = None) -> bool:
        """Wait until all that was written has been heard; say whether it has."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._is_closed or not (self._pending or self._held()), timeout_s
            )

    def _take(self, n_bytes: int) -> bytes:
        """The next bytes there are, `n_bytes` at most."""
        taken = bytearray()
        while self._pieces and len(taken) < n_bytes:
            piece = self._pieces.popleft()
            wanted = n_bytes - len(taken)
            taken += piece[:wanted]
            if len(piece) > wanted:
                self._pieces.appendleft(piece[wanted:])
        self._pending -= len(taken)
        return bytes(taken)

    def _note_read(self, sound: int, total: int) -> None:
        """Keep the reads that the device has not played yet: as many as fill it."""
        self._in_device.append((sound, total))
        self._in_device_total += total
        while self._in_device and self._in_device_total - self._in_device[0][1] >= self._device_bytes:
            self._in_device_total -= self._in_device.popleft()[1]

    def _held(self) -> int:
        """Bytes of sound that were read and that the device has yet to play."""
        return sum(sound for sound, _ in self._in_device)
