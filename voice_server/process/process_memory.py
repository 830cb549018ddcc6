"""How much memory another process takes."""

from __future__ import annotations

import os
from pathlib import Path

_KIB = 1024


def memory_bytes(pid: int) -> int | None:
    """The memory that a process takes; None where the system does not say, or there is no such process.

    On Linux its proportional share (Pss): a page that several processes have in common counts once among all
    of them. Where the kernel keeps that to itself, what is resident (RSS). Reading it takes the kernel some
    milliseconds for each GB.
    """
    folder = Path("/proc") / str(pid)
    try:
        return _proportional_bytes(folder)
    except (OSError, StopIteration):
        pass
    try:
        return int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return None


def _proportional_bytes(folder: Path) -> int:
    lines = (folder / "smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) * _KIB
