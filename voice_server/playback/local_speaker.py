"""The loudspeakers of this machine, for the program that plays itself; the server's have a process each."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from voice_server.core.types import SAMPLE_RATE_HZ
from voice_server.playback.buffer import PlayBuffer
from voice_server.playback.device import SoundDevice

_PERIOD_MS, _PERIODS_HELD = 60, 2
"""A sound server holds a block beside the one that it plays. The program that plays also renders: on a busy
machine 4 of 6 runs had gaps with 40 ms, 2 of 6 with 60."""
_FADE_S = 0.3


class LocalSpeaker:
    """Plays PCM as it comes; `silent` runs the same on a device that exists only in the program.

    Raises NoSpeakers when there is no sound device.
    """

    def __init__(self, sample_rate_hz: int = SAMPLE_RATE_HZ, *, silent: bool = False) -> None:
        self._buffer = PlayBuffer(sample_rate_hz, _PERIOD_MS * _PERIODS_HELD)
        self._device = SoundDevice(sample_rate_hz, self._buffer.read, period_ms=_PERIOD_MS, silent=silent)

    @property
    def path(self) -> Path | None:
        """Where the sound is kept: nowhere."""
        return None

    @property
    def takes_long(self) -> bool:
        """Whether `play` may take long: it waits for the listener."""
        return True

    @property
    def played_ms(self) -> float:
        """How much has been heard since the beginning, silence not counted."""
        return self._buffer.played_ms

    def play(self, pcm: bytes) -> None:
        """Play this after what was given before; waits while more than a minute is pending."""
        self._buffer.write(pcm)

    def clear(self) -> float:
        """Fall silent within 5 ms of what the device still holds; return how many ms were not played."""
        return self._buffer.clear()

    def wait_until_heard(self, timeout_s: float | None = None) -> bool:
        """Wait until all that was given has been heard; say whether it has."""
        return self._buffer.wait_until_heard(timeout_s)

    def close(self) -> None:
        """Fade out and close the device."""
        if self._buffer.clear():
            self._buffer.wait_until_heard(_FADE_S)
        self._buffer.close()
        self._device.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
