"""Returns memory that the C library keeps after it was freed to the kernel, or has it keep more of it."""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path

_TRIM_ABOVE_BYTES = 64 * 1024 * 1024
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_KEPT_BYTES = 4 * 1024 * 1024


class FreedMemory:
    """Trims this process's memory on Linux with glibc; does nothing elsewhere."""

    def __init__(self) -> None:
        self._trimmed_bytes = 0

    def trim(self) -> None:
        """Return freed memory if 64 MiB more are resident than after the last call; takes up to 20 ms."""
        with contextlib.suppress(AttributeError, OSError):
            if _resident_bytes() - self._trimmed_bytes > _TRIM_ABOVE_BYTES:
                ctypes.CDLL(None).malloc_trim(0)
                self._trimmed_bytes = _resident_bytes()


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def keep_freed_memory() -> None:
    """Have the C library keep 4 MiB of freed memory, where it is glibc.

    Otherwise it would return what a sentence's audio took and request it again for the next, page by page.
    """
    with contextlib.suppress(AttributeError, TypeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)
