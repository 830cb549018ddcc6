"""What the C library keeps of freed memory goes back to the kernel when it is much and nobody waits."""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path

_MUCH_BYTES = 64 * 1024 * 1024
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_KEPT_BYTES = 4 * 1024 * 1024


class FreedMemory:
    """This process's memory; on Linux with glibc, elsewhere nothing is done."""

    def __init__(self) -> None:
        self._at_rest_bytes = 0

    def trim(self) -> None:
        """Give freed memory back if there is much more in use than after the last time; takes up to 20 ms."""
        with contextlib.suppress(AttributeError, OSError):
            if _resident_bytes() - self._at_rest_bytes > _MUCH_BYTES:
                ctypes.CDLL(None).malloc_trim(0)
                self._at_rest_bytes = _resident_bytes()


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def keep_freed_memory() -> None:
    """Have the C library keep 4 MiB of freed memory, where it can be told.

    It would give back what a sentence's audio took and get it again for the next one, page by page.
    """
    with contextlib.suppress(AttributeError, TypeError):  # not everybody's C library is glibc
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)
