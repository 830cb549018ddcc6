"""A backend's template as the server sees it: the process that forks the workers.

It is their parent: the kernel ends it with the server, and them with it. A template that dies by itself takes
its workers along; what they were speaking is rendered again by those of the next one.
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
from voice_server.process.child_process import ChildProcess, ChildProcessOwner
from voice_server.process.forked_process import ForkedProcess

_ANSWER_S = 10.0
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


async def launch(
    name: str, command: Sequence[str], environment: Mapping[str, str], owner: ChildProcessOwner, folder: Path
) -> tuple[ChildProcess, socket.socket]:
    """Start a process that may become a template; return it with the way for orders.

    Raises OSError when it cannot be started.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    try:
        with theirs:
            passed = theirs.fileno()
            process = await ChildProcess.launch(
                name, (*command, str(passed)), environment, owner, folder, passed=(passed,)
            )
    except BaseException:
        ours.close()
        raise
    return process, ours


class WorkerTemplate:
    """Forks workers and tells how they ended; made of a process that has said Forkable."""

    def __init__(self, name: str, process: ChildProcess, orders: socket.socket) -> None:
        self._name = name
        self._process = process
        self._orders = orders
        self._forks: deque[asyncio.Future[int]] = deque()
        self._workers: dict[int, tuple[ChildProcess, ForkedProcess]] = {}
        self._loop = asyncio.get_running_loop()
        self._unanswered = 0
        self._limit: asyncio.TimerHandle | None = None
        self.is_alive = True
        """Whether it may be asked for workers."""
        process.hand_to(self)

    async def fork(self, worker: ChildProcess, began: Callable[[], None]) -> bool:
        """Make a process for `worker`, which needs no Hello; `began` is called before it is heard.

        False when there is none: this template has come to its end, or the system has no room.
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
        began()
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
            socket.send_fds(self._orders, [order], pipes)
        except OSError:
            self._give_up()
            return False
        self._set_limit(+1)
        return True

    def _set_limit(self, change: int) -> None:
        """Note an order (+1) or an answer (-1), and wait no longer than allowed for the next answer."""
        self._unanswered += change
        if self._limit is not None:
            self._limit.cancel()
        self._limit = self._loop.call_later(_ANSWER_S, self._give_up) if self._unanswered else None

    def _ended(self, pid: int, status: int) -> None:
        if (worker := self._workers.pop(pid, None)) is not None:
            worker[1].ended(status)

    def _give_up(self) -> None:
        """End the template and distrust all workers at once: no sentence must try one after another."""
        self.is_alive = False
        self._process.kill()
        for worker, _ in list(self._workers.values()):
            worker.distrust("lost the process it was forked from")

    async def end(self, patience_s: float) -> None:
        """End the template, and its workers with it; returns when its process is gone."""
        self.is_alive = False
        self._orders.close()
        await self._process.end(patience_s)

    # What the process tells.

    def messages_came(self, messages: list[Message]) -> None:
        for message in messages:
            self._set_limit(-1)
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

    def stream_broke(self, reason: str) -> None:
        self._give_up()

    def process_ended(self, status: int) -> None:
        if self.is_alive:
            logger.warning("template ended", extra={"worker": self._name, "status": status})
        self._give_up()
        self._orders.close()
        if self._limit is not None:
            self._limit.cancel()
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
