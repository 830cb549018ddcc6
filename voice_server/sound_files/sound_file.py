"""A file of sound that grows as the sound comes and appears under its name only when it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from voice_server.core.audio.pcm import duration_ms
from voice_server.core.types import SAMPLE_RATE_HZ
from voice_server.errors import ConfigError, ReaderGone, RequestError, VoiceServerError
from voice_server.process.output_file import OutputFile
from voice_server.sound_files.file_formats import format_of


class SoundFile:
    """Takes PCM (int16 mono at 24 000 Hz) and writes the format that the suffix of `path` names.

    It writes beside `path` and takes its place at the end; an older file stays until then. To a device, a
    pipe, or standard output for `-` sound goes as it comes, behind a header that leaves its length open.

    Leaving the `with` block with an error leaves nothing behind; with KeyboardInterrupt the file holds what
    came until then, unless an older one bears its name. Raises ConfigError for a suffix that names no format
    and a folder that takes no file, VoiceServerError when the disk is full, and ReaderGone when nobody
    reads a pipe any more.
    """

    def __init__(self, path: Path) -> None:
        # Here, because it loads NumPy, which a program that plays on a device does not need.
        from voice_server.sound_files.encoding import PieceBuffer, chosen_encoding  # noqa: PLC0415

        encoding = chosen_encoding(format_of(path))
        self.path = path
        self.takes_long = encoding.takes_long
        self._n_bytes = 0
        try:
            self._output = OutputFile(path)
        except OSError as error:
            raise ConfigError(f"cannot write {str(path)!r}: {_why(error)}") from None
        self._passed_on = None if self._output.may_rewind else PieceBuffer()
        sink = self._output.file if self._passed_on is None else self._passed_on
        with self._writing():
            self._encoder = encoding.encoder(sink, is_file=self._passed_on is None)

    @property
    def played_ms(self) -> float:
        """How much has been written: a file is heard as soon as it comes."""
        return duration_ms(self._n_bytes, SAMPLE_RATE_HZ)

    def play(self, pcm: bytes) -> None:
        """Add to the end."""
        with self._writing():
            self._encoder.encode(pcm)
        self._n_bytes += len(pcm)

    def clear(self) -> float:
        """Nothing is pending in a file."""
        return 0.0

    def wait_until_heard(self, timeout_s: float | None = None) -> bool:
        """A file is never waited for."""
        del timeout_s
        return True

    def close(self) -> None:
        """Write what the encoder holds back, correct the header, and give the file its name."""
        if self._output.file.closed:
            return
        with self._writing():
            self._encoder.finish()
        with self._writing():
            self._output.keep()

    def discard(self) -> None:
        """Leave nothing behind, and an older file as it was."""
        self._output.discard()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Pass on what the block has encoded; an error leaves nothing behind and becomes one sentence."""
        try:
            yield
            if self._passed_on is not None and not self._output.file.closed:
                self._output.file.write(self._passed_on.take())
        except RequestError:
            self.discard()
            raise
        except BrokenPipeError:
            self.discard()
            raise ReaderGone from None
        except OSError as error:
            self.discard()
            raise VoiceServerError(
                f"cannot write {str(self.path)!r}: {_why(error)}", code="write_failed"
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        was_interrupted = isinstance(error, KeyboardInterrupt) and self._n_bytes > 0
        if error is None or (was_interrupted and not self._output.replaces_older):
            self.close()
        else:
            self.discard()


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
