"""A template: a process that has loaded its backend and forks workers.

A worker shares every page that neither it nor the template has written since, and is ready after a warm-up.
Only a process with a single thread may be forked: thread pools such as OpenMP's do not exist in the copy, and
a lock that another thread holds stays locked. So everything is loaded with one thread, and each worker starts
its own.

Orders are packets on a socket whose end means the server's: one with three pipes (requests, answers, stderr)
asks for a worker that has them, one with a number for the status of that worker, which has ended.
"""

from __future__ import annotations

import gc
import os
import socket
import sys
import time

from voice_server.core.wire.codec import Answer
from voice_server.core.wire.worker_messages import NO_JOB, Forkable, Forked, ForkEnded, JobFailed
from voice_server.process.freed_memory import FreedMemory
from voice_server.process.public_errors import describe
from voice_server.process.stdio import StdioChannel, die_with_parent, enlarge_pipe, exit_now
from voice_server.worker.api import Backend

_THREADS = "OMP_NUM_THREADS"
_MAX_ORDER_BYTES = 32
_THREAD_END_S = 0.1
"""`Thread.join` returns before the system has ended the thread."""


def limit_threads() -> int:
    """Keep libraries that are imported from now on from starting threads; return how many they get later."""
    wanted = os.environ.get(_THREADS, "").partition(",")[0]
    os.environ[_THREADS] = "1"
    return int(wanted) if wanted.isdecimal() else os.cpu_count() or 1


def restore_threads(backend: Backend, count: int) -> None:
    """Allow the backend `count` threads, in a worker."""
    os.environ[_THREADS] = str(count)
    use_threads = getattr(backend, "use_threads", None)
    if use_threads is not None:
        use_threads(count)


def can_fork_now(backend: Backend) -> bool:
    """Whether the adapter says that its state may be copied, and no thread of this process forbids it."""
    return getattr(backend, "can_fork", False) is True and _has_one_thread()


def _has_one_thread() -> bool:
    """Whether this process has one thread; one that was joined a moment ago is given the time to end."""
    ends_at = time.monotonic() + _THREAD_END_S
    while len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208
        if time.monotonic() > ends_at:
            return False
        time.sleep(0.001)
    return True


def fork_workers(orders: int, channel: StdioChannel) -> StdioChannel:
    """Carry out orders until the server has ended; returns only in each worker, with its channel."""
    gc.collect()
    gc.freeze()  # a collection in a worker would write to every page
    FreedMemory().trim()
    sys.stdout.flush()
    channel.send([Forkable()])
    template = os.getpid()
    with socket.socket(fileno=orders) as server:
        while True:
            order, pipes, _, _ = socket.recv_fds(server, _MAX_ORDER_BYTES, 3, socket.MSG_CMSG_CLOEXEC)
            if not order:
                exit_now(0)
            if not pipes:
                channel.send([_ended(int(order))])
                continue
            answer = _fork()
            if answer is None:
                channel.close()
                return _own_channel(pipes, template)
            for pipe in pipes:
                os.close(pipe)
            channel.send([answer])


def _fork() -> Answer | None:
    """Return the answer to the server once the worker leads a session of its own; in the worker, None."""
    read, write = os.pipe()
    try:
        pid = os.fork()
    except OSError as error:
        os.close(read)
        os.close(write)
        return JobFailed(NO_JOB, "fork_failed", describe(error), retryable=True)
    if pid == 0:
        # A group to be signalled, and with it a share of the processor: Linux gives one to each session.
        os.setsid()
    os.close(write)
    os.read(read, 1)
    os.close(read)
    return Forked(pid) if pid else None


def _ended(pid: int) -> ForkEnded:
    _, status = os.waitpid(pid, 0)
    return ForkEnded(pid, os.waitstatus_to_exitcode(status))


def _own_channel(pipes: list[int], template: int) -> StdioChannel:
    requests, answers, errors = pipes
    die_with_parent(template)
    os.dup2(errors, 1)
    os.dup2(errors, 2)
    os.close(errors)
    enlarge_pipe(answers)
    return StdioChannel(requests, answers)
