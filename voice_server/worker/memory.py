"""What the C library keeps of freed memory goes back to the kernel when it is much and nobody waits."""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path

_MUCH_BYTES = 64 * 1024 * 1024


class Memory:
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
