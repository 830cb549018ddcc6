"""A WAV file that grows as the sound comes and appears under its name only when it is whole."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from voice_server.core.audio.pcm import duration_ms
from voice_server.core.audio.wav_header import wav_header
from voice_server.core.types import SAMPLE_RATE_HZ
from voice_server.errors import ConfigError, VoiceServerError
from voice_server.process.output_file import OutputFile


class WavFile:
    """Writes beside `path` and takes its place at the end; an older file stays until then.

    To a device, a pipe, or standard output for `-` sound goes as it comes, behind a header that leaves its
    length open. Leaving the `with` block with an error leaves nothing behind. Raises ConfigError
    when the folder takes no file, VoiceServerError when the disk is full.
    """

    def __init__(self, path: Path, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
        self.path = path
        self._rate_hz = sample_rate_hz
        self._n_bytes = 0
        try:
            self._output = OutputFile(path)
        except OSError as error:
            raise ConfigError(f"cannot write {str(path)!r}: {_why(error)}") from None
        self._write(wav_header(sample_rate_hz, None))

    @property
    def played_ms(self) -> float:
        """How much has been written: a file is heard as soon as it comes."""
        return duration_ms(self._n_bytes, self._rate_hz)

    def play(self, pcm: bytes) -> None:
        """Add to the end."""
        self._write(pcm)
        self._n_bytes += len(pcm)

    def clear(self) -> float:
        """Nothing is pending in a file."""
        return 0.0

    def wait_until_heard(self, timeout_s: float | None = None) -> bool:
        """A file is never waited for."""
        del timeout_s
        return True

    def close(self) -> None:
        """Correct the header and give the file its name."""
        file = self._output.file
        if file.closed:
            return
        try:
            if self._output.may_rewind:
                file.seek(0)
                file.write(wav_header(self._rate_hz, self._n_bytes))
            self._output.keep()
        except OSError as error:
            self._give_up(error)

    def discard(self) -> None:
        """Leave nothing behind, and an older file as it was."""
        self._output.discard()

    def _write(self, content: bytes) -> None:
        try:
            self._output.file.write(content)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self.discard()
        raise VoiceServerError(
            f"cannot write {str(self.path)!r}: {_why(error)}", code="write_failed"
        ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.discard()


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
