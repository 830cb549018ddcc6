"""How long a process computes before the scheduler switches to another: a request to Linux 6.12 and later.

Of the processes that are ready to run, the kernel picks the one whose time slice would end first (EEVDF). A
process that does little at a time and is waited for therefore asks for short slices, one that computes for
long asks for longer ones: the server then runs when a worker has written to it, and does not wait for a
render on the same processor. Each gets the same share of the processor as before. Older kernels and other
systems ignore the request.
"""

from __future__ import annotations

import ctypes
import os
import sys

SERVER_SLICE_S = 0.0001  # the shortest that the kernel grants
WORKER_SLICE_S = 0.003

# The number of the system call, for which many C libraries have no name.
_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274, "riscv64": 274}
_NS = 1_000_000_000


class _SchedAttr(ctypes.Structure):
    """struct sched_attr of linux/sched/types.h, as all kernels know it; `runtime` is the slice, in ns."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


def ask_for_time_slice(seconds: float) -> None:
    """Ask for slices of this length for this thread and all that come of it; its share and niceness stay."""
    if sys.platform != "linux" or os.sched_getscheduler(0) != os.SCHED_OTHER:
        return
    number = _SCHED_SETATTR.get(os.uname().machine)
    if number is not None:
        attributes = _SchedAttr(
            size=ctypes.sizeof(_SchedAttr),
            policy=os.SCHED_OTHER,
            nice=os.getpriority(os.PRIO_PROCESS, 0),
            runtime=round(seconds * _NS),
        )
        ctypes.CDLL(None).syscall(number, 0, ctypes.byref(attributes), 0)  # may be refused
