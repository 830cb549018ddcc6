"""Where sound goes: the speakers of this machine, or a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from voice_server.errors import ConfigError
from voice_server.playback.device import NoSpeakers
from voice_server.playback.local_speaker import LocalSpeaker
from voice_server.sound_files.sound_file import SoundFile

DEFAULT_FILE_NAME = "speech.wav"


class SoundSink(Protocol):
    """Takes PCM in order; a context manager."""

    @property
    def path(self) -> Path | None:
        """The file, or None where the sound is heard and not kept."""

    @property
    def takes_long(self) -> bool:
        """Whether `play` may take so long that an event loop should not wait for it."""

    @property
    def played_ms(self) -> float:
        """How much has been heard."""

    def play(self, pcm: bytes) -> None:
        """Play this after what was given before."""

    def clear(self) -> float:
        """Fall silent; return how many milliseconds were not played."""

    def wait_until_heard(self, timeout_s: float | None = None) -> bool:
        """Wait until all that was given has been heard; say whether it has."""

    def close(self) -> None:
        """End at once: silence, or the file under its name."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_sink(output: Path | None = None) -> SoundSink:
    """Return the file `output`, else the speakers, else a file in this folder or the temporary one.

    `path` of what is returned says which it became.
    """
    if output is not None:
        return SoundFile(output)
    try:
        return LocalSpeaker()
    except NoSpeakers:
        return _file_somewhere()


def _file_somewhere() -> SoundFile:
    try:
        return SoundFile(Path.cwd() / DEFAULT_FILE_NAME)
    except ConfigError:
        folder = Path(tempfile.mkdtemp(prefix="voice-server-"))
        return SoundFile(folder / DEFAULT_FILE_NAME)
