"""The wish for time slices reaches the kernel, and changes nothing else of how a thread is scheduled."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from voice_server.process.timeslice import (
    _SCHED_SETATTR,
    SERVER_SLICE_S,
    WORKER_SLICE_S,
    _SchedAttr,
    ask_for_time_slice,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes such a wish")


def _is_granted() -> bool:
    version = tuple(map(int, platform.release().split("-")[0].split(".")[:2]))
    return version >= (6, 12) and os.uname().machine in _SCHED_SETATTR


def _read() -> _SchedAttr:
    """How the kernel schedules this thread: sched_getattr(2), whose number is the next one."""
    found = _SchedAttr(size=ctypes.sizeof(_SchedAttr))
    number = _SCHED_SETATTR[os.uname().machine] + 1
    assert ctypes.CDLL(None).syscall(number, 0, ctypes.byref(found), found.size, 0) == 0
    return found


def _after(seconds: float, niceness: int) -> _SchedAttr:
    """Ask in a thread of its own, which alone is changed."""

    def ask() -> _SchedAttr:
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
        ask_for_time_slice(seconds)
        return _read()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(ask).result()


@pytest.mark.skipif(not _is_granted(), reason="this kernel does not grant time slices")
@pytest.mark.parametrize("seconds", [SERVER_SLICE_S, WORKER_SLICE_S])
def test_the_kernel_knows_the_slice_that_was_asked_for(seconds: float) -> None:
    assert _after(seconds, 0).runtime == round(seconds * 1e9)


@pytest.mark.skipif(not _is_granted(), reason="this kernel does not grant time slices")
def test_whoever_is_nice_stays_nice() -> None:
    found = _after(SERVER_SLICE_S, 5)
    assert (found.policy, found.nice) == (os.SCHED_OTHER, 5)


def test_a_machine_whose_system_calls_are_not_known_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_call(_name: object) -> ctypes.CDLL:
        raise AssertionError("nothing may be called")

    monkeypatch.setattr("voice_server.process.timeslice._SCHED_SETATTR", {})
    monkeypatch.setattr(ctypes, "CDLL", no_call)
    ask_for_time_slice(SERVER_SLICE_S)
