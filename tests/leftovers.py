"""What a test leaves behind when it ends: tasks, child processes, threads."""

from __future__ import annotations

import asyncio
import inspect
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import psutil

GRACE_S = 3.0  # for what has been told to end
_REPORTED: set[threading.Thread] = set()  # a thread cannot be ended; its module need not fail for it too


@contextmanager
def pending_tasks() -> Iterator[list[str]]:
    """Collect the tasks that `asyncio.run` and `asyncio.Runner` find pending when they close their loop."""
    pending: list[str] = []
    close = asyncio.Runner.close

    def watched_close(runner: asyncio.Runner) -> None:
        tasks = asyncio.all_tasks(runner.get_loop())
        pending.extend(repr(task) for task in tasks if _is_of_this_project(task.get_coro()))
        close(runner)

    with patch.object(asyncio.Runner, "close", watched_close):
        yield pending


def _is_of_this_project(work: object) -> bool:
    """Whether a task is not the loop's own, or one that sse_starlette leaves to the loop's end.

    What is no coroutine is the end of a generator that was collected as garbage.
    """
    return inspect.iscoroutine(work) and work.__name__ != "_shutdown_watcher"


def child_processes() -> set[psutil.Process]:
    """The processes that this one has started and that have not been waited for."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # there are none; to look for them takes milliseconds
        return set()
    return set(psutil.Process().children())


def survivors(processes: set[psutil.Process], threads: set[threading.Thread]) -> list[str]:
    """Describe the child processes and threads beside these that do not end; the processes are killed."""
    deadline = time.monotonic() + GRACE_S
    _, left = psutil.wait_procs(child_processes() - processes, timeout=GRACE_S)
    described = [repr(process) for process in left]
    for process in left:
        process.kill()
    psutil.wait_procs(left)
    for thread in set(threading.enumerate()) - threads - _REPORTED:
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            _REPORTED.add(thread)
            described.append(repr(thread))
    return described


@contextmanager
def no_survivors(*, unless: Callable[[], object]) -> Iterator[None]:
    """Fail when a child process or a thread that was started meanwhile goes on, unless that is all right."""
    processes, threads = child_processes(), set(threading.enumerate())
    yield
    described = [] if unless() else survivors(processes, threads)
    assert not described, f"left running: {described}"


@contextmanager
def no_pending_tasks() -> Iterator[None]:
    """Fail when asyncio has to cancel tasks that nobody waits for."""
    with pending_tasks() as pending:
        yield
    assert not pending, f"tasks left behind: {pending}"
