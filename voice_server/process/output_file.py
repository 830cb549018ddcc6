"""A file that somebody named for output, written without destroying what bears the name.

A plain file is replaced in one step once the new one is whole; its mode, its owner and every link to it stay.
What is no plain file (a device, a pipe) is written through, and `-` is standard output.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from voice_server.process.termination import add_last_duty, remove_last_duty

STANDARD_OUTPUT = Path("-")


class OutputFile:
    """Write to `file`, then `keep` or `discard`, which may be called again. Every method raises OSError."""

    def __init__(self, path: Path) -> None:
        self._target = path if path == STANDARD_OUTPUT else path.resolve()
        self._part: Path | None = None
        if path == STANDARD_OUTPUT:
            self.file = _take_standard_output()
        elif _is_plain(self._target):
            self.file = self._open_part()
        else:
            self.file = self._target.open("wb")

    @property
    def may_rewind(self) -> bool:
        """Whether what was written can be corrected before `keep`."""
        return self._part is not None

    @property
    def replaces_older(self) -> bool:
        """Whether a file that bears the name already would be gone after `keep`."""
        return self._part is not None and self._target.exists()

    def keep(self) -> None:
        """All has been written."""
        if self.file.closed:
            return
        self.file.close()
        if self._part is not None:
            _take_place(self._part, self._target)
            self._remove_part()

    def discard(self) -> None:
        """Leave nothing behind, and an older file as it was."""
        with suppress(OSError):  # the last bytes may not fit, and are not wanted
            self.file.close()
        self._remove_part()

    def _remove_part(self) -> None:
        if self._part is not None:
            self._part.unlink(missing_ok=True)
            remove_last_duty(self._remove_part)

    def _open_part(self) -> BinaryIO:
        part = self._target.with_name(f".{self._target.name}.{os.getpid()}.part")
        self._part = part
        add_last_duty(self._remove_part)  # before there is one: a signal may come with it
        try:
            return part.open("wb")
        except OSError as error:
            self._part = None
            remove_last_duty(self._remove_part)
            if isinstance(error, PermissionError) and self._target.exists():
                return self._target.open("wb")  # a file that may be written, in a folder that may not
            raise


def _is_plain(path: Path) -> bool:
    """Whether this is a plain file, or nothing yet. Raises IsADirectoryError."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return True
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(0, "it is a folder")
    return stat.S_ISREG(mode)


def _take_place(part: Path, target: Path) -> None:
    if not target.exists():
        part.replace(target)
        return
    older = target.stat()
    try:
        if older.st_nlink == 1:
            with suppress(PermissionError):
                os.chown(part, older.st_uid, older.st_gid)
            part.chmod(stat.S_IMODE(older.st_mode))
            part.replace(target)
        else:
            shutil.copyfile(part, target)  # every name of the file has the new content
    finally:
        part.unlink(missing_ok=True)


def _take_standard_output() -> BinaryIO:
    """Standard output for bytes alone; what is printed from now on goes to standard error."""
    if sys.stdout is not None:
        sys.stdout.flush()
    file = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return file
