"""The sound devices of this machine, through miniaudio."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from voice_server.core.types import BYTES_PER_SAMPLE
from voice_server.errors import VoiceServerError

_STDERR = 2
_PULSE, _PULSE_PERIODS = "PulseAudio", 8
"""PulseAudio keeps one period full, however many there are; with few it asks too late on a busy machine."""


class NoSpeakers(VoiceServerError):
    """This machine has no sound device that can be opened."""

    code = "no_speakers"


class SoundDevice:
    """An open sound device that asks `read` for so many bytes of mono PCM, on a thread of its own.

    `period_ms` is how much it asks for at a time, `periods` how many of them it holds (0: as it likes).
    `name` chooses it among `names`, "" means the system's own choice; `silent` a device that exists only in
    the program. Raises NoSpeakers.
    """

    def __init__(
        self,
        sample_rate_hz: int,
        read: Callable[[int], bytes],
        *,
        period_ms: int,
        periods: int = 0,
        name: str = "",
        silent: bool = False,
    ) -> None:
        miniaudio = _miniaudio()
        backends = [miniaudio.Backend.NULL] if silent else _audible(miniaudio.Backend)
        try:
            with _quiet_stderr():
                backend, found = ("", {}) if silent else _found(miniaudio, backends)
                self.names = tuple(found)
                self.name = name if name in found else ""
                self._device = miniaudio.PlaybackDevice(
                    output_format=miniaudio.SampleFormat.SIGNED16,
                    nchannels=1,
                    sample_rate=sample_rate_hz,
                    buffersize_msec=period_ms,
                    callback_periods=_PULSE_PERIODS if periods and backend == _PULSE else periods,
                    device_id=found.get(name),
                    backends=backends,
                    app_name="voice-server",
                )
        except miniaudio.MiniaudioError:
            raise NoSpeakers("this machine has no speakers that can be opened") from None
        source = _source(read)
        next(source)
        self._device.start(source)

    def close(self) -> None:
        """Stop at once and close the device."""
        self._device.close()


def _found(miniaudio: Any, backends: list[Any]) -> tuple[str, dict[str, Any]]:
    """The sound system that answers, and its devices by name; of two with the same name the first."""
    devices = miniaudio.Devices(backends)
    found: dict[str, Any] = {}
    for each in devices.get_playbacks():
        found.setdefault(each["name"], each["id"])
    return devices.backend, found


def _miniaudio() -> Any:
    try:
        # Loaded on first use: it takes a while, and most runs of the program never play anything.
        import miniaudio  # noqa: PLC0415
    except (ImportError, OSError):
        raise NoSpeakers("sound needs the package miniaudio, which cannot be loaded here") from None
    return miniaudio


def _audible(backends: Any) -> list[Any]:
    return [each for each in backends if each not in (backends.NULL, backends.CUSTOM)]


def _source(read: Callable[[int], bytes]) -> Generator[bytes, int, None]:
    """The generator that miniaudio's thread asks for frames."""
    n_frames = yield b""
    while True:
        n_frames = yield read(n_frames * BYTES_PER_SAMPLE)


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
