"""A process that another process forked, with the interface of one that asyncio started.

`ChildProcess` then need not know where its process came from. Only the parent of a process can learn its
exit status: a pidfd reports that the process has ended, and whoever gets that report finds out the status and
calls `ended`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from functools import partial

_REQUESTS, _ANSWERS, _STDERR = 0, 1, 2


class ForkedProcess(asyncio.SubprocessTransport):
    """The transport of a SubprocessProtocol; `pipes` are our ends of its requests, answers and stderr."""

    def __init__(self, pid: int, pipes: tuple[int, int, int], protocol: asyncio.SubprocessProtocol) -> None:
        super().__init__()
        self._pid = pid
        self._files = [os.fdopen(pipe, "rb" if fd else "wb", 0) for fd, pipe in enumerate(pipes)]
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._status: int | None = None
        self._pipes: dict[int, asyncio.BaseTransport] = {}
        self._pidfd = -1

    async def begin(self) -> None:
        """Connect the request pipe and the protocol; nothing is read from the process yet."""
        self._pipes[_REQUESTS], _ = await self._loop.connect_write_pipe(
            partial(_Pipe, _REQUESTS, self), self._files[_REQUESTS]
        )
        self._protocol.connection_made(self)

    async def listen(self, exited: Callable[[int], None]) -> None:
        """Read the other pipes from now on; `exited` is called with the process id when it has ended."""
        for fd in (_ANSWERS, _STDERR):
            self._pipes[fd], _ = await self._loop.connect_read_pipe(partial(_Pipe, fd, self), self._files[fd])
        try:
            self._pidfd = os.pidfd_open(self._pid)
        except ProcessLookupError:  # its parent has ended too, and no zombie keeps the process id
            exited(self._pid)
        else:
            self._loop.add_reader(self._pidfd, self._pidfd_ready, exited)

    def _pidfd_ready(self, exited: Callable[[int], None]) -> None:
        self._close_pidfd()
        exited(self._pid)

    def _close_pidfd(self) -> None:
        if self._pidfd >= 0:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1

    def ended(self, status: int) -> None:
        """Take in the exit status: -N after signal N, as `get_returncode` gives it."""
        self._status = status
        self._close_pidfd()
        self._protocol.process_exited()
        self._finish_if_closed()

    def _finish_if_closed(self) -> None:
        if self._status is not None and not self._pipes:
            self._protocol.connection_lost(None)

    # What the pipes report.

    def received(self, fd: int, chunk: bytes) -> None:
        """Pass on what came through a pipe."""
        self._protocol.pipe_data_received(fd, chunk)

    def pipe_closed(self, fd: int, error: Exception | None) -> None:
        """Pass on that a pipe was closed."""
        self._pipes.pop(fd, None)
        self._protocol.pipe_connection_lost(fd, error)
        self._finish_if_closed()

    # What asyncio asks of a transport.

    def get_pid(self) -> int:
        return self._pid

    def get_returncode(self) -> int | None:
        return self._status

    def get_pipe_transport(self, fd: int) -> asyncio.BaseTransport | None:
        return self._pipes.get(fd)

    def close(self) -> None:
        self._close_pidfd()
        for pipe in list(self._pipes.values()):
            pipe.close()


class _Pipe(asyncio.Protocol):
    def __init__(self, fd: int, process: ForkedProcess) -> None:
        self._fd = fd
        self._process = process

    def data_received(self, data: bytes) -> None:
        self._process.received(self._fd, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._process.pipe_closed(self._fd, exc)
