"""CPU seconds and resident memory of a server and its workers, read from /proc."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from voice_server.errors import VoiceServerError

_PROC = Path("/proc")
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ProcessUsage:
    """CPU seconds so far and resident MiB now, of a server and of all its workers together."""

    server_cpu_s: float
    workers_cpu_s: float
    server_mib: float
    workers_mib: float


def usage_of(server_pid: int) -> ProcessUsage:
    """Read what a process and its descendants have used.

    Raises VoiceServerError where there is no /proc, or no such process.
    """
    try:
        workers = _descendants(server_pid)
        return ProcessUsage(
            _cpu_s(server_pid),
            sum(_cpu_s(pid) for pid in workers),
            resident_mib(server_pid),
            sum(resident_mib(pid) for pid in workers),
        )
    except OSError:
        raise VoiceServerError("CPU and memory are read from /proc, and the server is not there") from None


class MeasuredProcess:
    """A server whose workers stay the same; `cpu_s` can be read at every token."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        # Linux' clock of another process (clock_getcpuclockid(3), which Python does not offer).
        self._clocks = [~each << 3 | 2 for each in (pid, *_descendants(pid))]

    def usage(self) -> ProcessUsage:
        """What it has used; see `usage_of`."""
        return usage_of(self._pid)

    def cpu_s(self) -> float:
        """CPU seconds so far, with the workers. Raises OSError where one has ended."""
        return sum(map(time.clock_gettime, self._clocks))


def _descendants(ancestor: int) -> list[int]:
    parents = {int(entry.name): _parent(entry) for entry in _PROC.iterdir() if entry.name.isdecimal()}
    found = [ancestor]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def _stat(folder: Path) -> list[str]:
    """The fields after the name, which may hold blanks and brackets itself; the first one is the state."""
    return (folder / "stat").read_text().rpartition(")")[2].split()


def _parent(folder: Path) -> int:
    try:
        return int(_stat(folder)[1])
    except OSError:
        return 0  # it has ended meanwhile


def _cpu_s(pid: int) -> float:
    """CPU seconds of a process: from nanoseconds where the kernel has them, else from ticks of 10 ms."""
    try:
        threads = [_run_ns(task) for task in (_PROC / str(pid) / "task").iterdir()]
    except OSError:
        fields = _stat(_PROC / str(pid))
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return sum(threads) / 1e9


def _run_ns(task: Path) -> int:
    return int((task / "schedstat").read_text().split()[0])


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process. Raises OSError when it has ended."""
    pages = int((_PROC / str(pid) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB
