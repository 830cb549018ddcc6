"""The server's side of a backend's template: the process that forks the workers.

It is their parent: the kernel ends it with the server, and them with it. When a template alone ends, its
workers end too; what they were rendering is rendered again by workers of the next template.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from voice_server.core.wire.codec import Message
from voice_server.core.wire.worker_messages import Forked, ForkEnded, JobFailed
from voice_server.process.child_process import ChildProcess, ProcessEventHandler
from voice_server.process.forked_process import ForkedProcess

_ANSWER_TIMEOUT_S = 10.0
"""How long an order may go unanswered; a fork takes milliseconds."""

logger = logging.getLogger(__name__)


def can_fork_here() -> bool:
    """Whether this system has what templates need: Linux, with descriptors for processes."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


async def launch_loader(
    name: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    handler: ProcessEventHandler,
    folder: Path,
) -> tuple[ChildProcess, socket.socket]:
    """Start a process that may become a template; return it and the socket for orders to it.

    Raises OSError when it cannot be started.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    try:
        with theirs:
            passed = theirs.fileno()
            process = await ChildProcess.launch(
                name, (*command, str(passed)), environment, handler, folder, passed=(passed,)
            )
    except BaseException:
        ours.close()
        raise
    return process, ours


class WorkerTemplate:
    """Forks workers and reports how they ended; made of a process that has sent `Forkable`."""

    def __init__(self, name: str, process: ChildProcess, order_socket: socket.socket) -> None:
        self._name = name
        self._process = process
        self._order_socket = order_socket
        self._forks: deque[asyncio.Future[int]] = deque()
        self._workers: dict[int, tuple[ChildProcess, ForkedProcess]] = {}
        self._loop = asyncio.get_running_loop()
        self._unanswered = 0
        self._answer_timer: asyncio.TimerHandle | None = None
        self.is_alive = True
        """Whether it can fork workers."""
        process.set_handler(self)

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._process.pid

    async def fork(self, worker: ChildProcess, on_started: Callable[[], None]) -> bool:
        """Fork the process of `worker`, which needs no `WorkerHello`; `on_started` is called before reading.

        False when there is no process: the template has ended, or the system's limits are reached.
        """
        ours, theirs = _pipes()
        pid = 0
        try:
            pid = await self._forked(theirs)
        finally:
            _close(theirs if pid else (*theirs, *ours))
        if not pid:
            return False
        process = ForkedProcess(pid, ours, worker)
        await process.begin()
        on_started()
        self._workers[pid] = worker, process
        await process.listen(self._reap)
        return True

    async def _forked(self, pipes: tuple[int, int, int]) -> int:
        """Return the process id of a new worker with these pipes; 0 when there is none."""
        if not self._order(b"fork", pipes):
            return 0
        forked = self._loop.create_future()
        self._forks.append(forked)
        return int(await forked)

    def _reap(self, pid: int) -> None:
        if not self._order(b"%d" % pid):
            self._ended(pid, -signal.SIGKILL)

    def _order(self, order: bytes, pipes: Sequence[int] = ()) -> bool:
        try:
            socket.send_fds(self._order_socket, [order], pipes)
        except OSError:
            self._give_up()
            return False
        self._count_unanswered(+1)
        return True

    def _count_unanswered(self, change: int) -> None:
        """Count an order (+1) or an answer (-1), and limit the wait for the next answer."""
        self._unanswered += change
        if self._answer_timer is not None:
            self._answer_timer.cancel()
        self._answer_timer = (
            self._loop.call_later(_ANSWER_TIMEOUT_S, self._give_up) if self._unanswered else None
        )

    def _ended(self, pid: int, status: int) -> None:
        if (worker := self._workers.pop(pid, None)) is not None:
            worker[1].ended(status)

    def _give_up(self) -> None:
        """End the template and all its workers at once, so that no sentence is tried on one after another."""
        self.is_alive = False
        self._process.kill()
        for worker, _ in list(self._workers.values()):
            worker.distrust("lost the process it was forked from")

    async def end(self, patience_s: float) -> None:
        """End the template, and its workers with it; returns when its process has ended."""
        self.is_alive = False
        self._order_socket.close()
        await self._process.end(patience_s)

    # What the process reports.

    def messages_received(self, messages: list[Message]) -> None:
        for message in messages:
            self._count_unanswered(-1)
            match message:
                case Forked(pid):
                    self._answer(pid)
                case JobFailed():
                    logger.warning(
                        "worker not forked", extra={"worker": self._name, "reason": message.message}
                    )
                    self._answer(0)
                case ForkEnded(pid, status):
                    self._ended(pid, status)
                case _:
                    pass

    def _answer(self, pid: int) -> None:
        if not (forked := self._forks.popleft()).done():
            forked.set_result(pid)

    def stream_broken(self, reason: str) -> None:
        self._give_up()

    def process_ended(self, status: int) -> None:
        if self.is_alive:
            logger.warning("template ended", extra={"worker": self._name, "status": status})
        self._give_up()
        self._order_socket.close()
        if self._answer_timer is not None:
            self._answer_timer.cancel()
        while self._forks:
            self._answer(0)
        for pid in list(self._workers):
            self._ended(pid, -signal.SIGKILL)


def _pipes() -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Return our ends and a worker's ends of its requests, answers and stderr."""
    (request_end, requests), (answers, answer_end), (errors, error_end) = (os.pipe() for _ in range(3))
    return (requests, answers, errors), (request_end, answer_end, error_end)


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
