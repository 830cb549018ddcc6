"""The three standard streams of a command, as they come: missing, full, or without a reader.

Standard input that is missing is empty, and what is printed to an output that is missing goes nowhere. What
cannot be written to standard output ends the command: with one sentence, or in silence where its reader has
gone. Standard error is for people, and a command goes on without it.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from pathlib import Path
from typing import TextIO

from voice_server.commands.shared.os_errors import reason_of
from voice_server.errors import ReaderGone, VoiceServerError

_STDIN, _STDOUT, _STDERR = range(3)


def take_standard_streams() -> None:
    """Make `sys.stdin`, `sys.stdout` and `sys.stderr` usable, whatever this process was started with."""
    for descriptor in (_STDIN, _STDOUT, _STDERR):
        _fill(descriptor)
    sys.stdin = sys.stdin or _nothing("r")
    sys.stdout = _Output(sys.stdout) if sys.stdout is not None else _nothing("w")
    sys.stderr = _Notes(sys.stderr) if sys.stderr is not None else _nothing("w")


def _fill(descriptor: int) -> None:
    """Open the null device where there is nothing, before the next file that is opened gets the number."""
    try:
        os.fstat(descriptor)
    except OSError:
        # Nothing can be written to it: sound that was meant for a missing output is an error.
        os.open(os.devnull, os.O_WRONLY if descriptor == _STDERR else os.O_RDONLY)
        os.set_inheritable(descriptor, True)


def _nothing(mode: str) -> TextIO:
    return Path(os.devnull).open(mode, encoding="utf-8")  # type: ignore[return-value]


def _encoding_of(stream: TextIO) -> str:
    """The encoding of a stream; UTF-8 for ASCII, which click would replace with a stream of its own."""
    return "utf-8" if codecs.lookup(stream.encoding).name == "ascii" else stream.encoding


class _Stream(io.TextIOWrapper):
    """A stream for text that writes any character, escaped where the encoding has none."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(
            stream.buffer,
            _encoding_of(stream),
            "backslashreplace",
            line_buffering=stream.isatty(),
        )

    def write(self, text: str) -> int:
        """Write, or say that it cannot be done."""
        try:
            return super().write(text)
        except OSError as error:
            self._failed(error)
            return len(text)

    def flush(self) -> None:
        """Write what is held back, or say that it cannot be done."""
        try:
            super().flush()
        except OSError as error:
            self._failed(error)

    def _failed(self, error: OSError) -> None:
        """Write nothing any more: what is held back would be tried again when the program ends."""
        del error
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), self.fileno())


class _Output(_Stream):
    """Standard output: the first failure is raised."""

    def _failed(self, error: OSError) -> None:
        super()._failed(error)
        if isinstance(error, BrokenPipeError):
            raise ReaderGone from None
        raise VoiceServerError(
            f"cannot write to standard output: {reason_of(error)}", code="write_failed"
        ) from None


class _Notes(_Stream):
    """Standard error: a failure ends nothing."""
