"""The loudspeakers of this machine, through miniaudio."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from voice_server.core.types import BYTES_PER_SAMPLE, SAMPLE_RATE_HZ
from voice_server.errors import VoiceServerError
from voice_server.playback.buffer import PlayBuffer

_DEVICE_MS = 60
_STDERR = 2


class NoSpeakers(VoiceServerError):
    """This machine has no sound device that can be opened."""

    code = "no_speakers"


class Speaker:
    """Plays PCM as it comes; `silent` runs the same on a device that exists only in the program.

    Raises NoSpeakers when there is no sound device.
    """

    def __init__(self, sample_rate_hz: int = SAMPLE_RATE_HZ, *, silent: bool = False) -> None:
        self._buffer = PlayBuffer(sample_rate_hz, _DEVICE_MS)
        self._device = _open_device(sample_rate_hz, silent=silent)
        source = _source(self._buffer)
        next(source)
        self._device.start(source)

    @property
    def path(self) -> Path | None:
        """Where the sound is kept: nowhere."""
        return None

    @property
    def played_ms(self) -> float:
        """How much has been heard since the beginning, silence not counted."""
        return self._buffer.played_ms

    def play(self, pcm: bytes) -> None:
        """Play this after what was given before; waits while more than a minute is pending."""
        self._buffer.write(pcm)

    def clear(self) -> float:
        """Fall silent; return how many milliseconds were not played."""
        return self._buffer.clear()

    def wait_until_heard(self, timeout_s: float | None = None) -> bool:
        """Wait until all that was given has been heard; say whether it has."""
        return self._buffer.wait_until_heard(timeout_s)

    def close(self) -> None:
        """Stop at once and let the device go."""
        self._buffer.close()
        self._device.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _open_device(sample_rate_hz: int, *, silent: bool) -> Any:
    try:
        # Loaded on first use: it takes a while, and most runs of the program never play anything.
        import miniaudio  # noqa: PLC0415

        with _quiet_stderr():
            return miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=sample_rate_hz,
                buffersize_msec=_DEVICE_MS,
                backends=[miniaudio.Backend.NULL] if silent else _audible(miniaudio.Backend),
                app_name="voice-server",
            )
    except (ImportError, OSError):
        raise NoSpeakers("sound needs the package miniaudio, which cannot be loaded here") from None
    except miniaudio.MiniaudioError:
        raise NoSpeakers("this machine has no speakers that can be opened") from None


def _audible(backends: Any) -> list[Any]:
    return [each for each in backends if each not in (backends.NULL, backends.CUSTOM)]


def _source(buffer: PlayBuffer) -> Generator[bytes, int, None]:
    """What miniaudio's thread asks for frames."""
    n_frames = yield b""
    while True:
        n_frames = yield buffer.read(n_frames * BYTES_PER_SAMPLE)


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """ALSA writes a line to descriptor 2 about every device it tries; our one sentence says as much."""
    kept = os.dup(_STDERR)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
