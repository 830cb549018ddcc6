"""One subprocess: its pipes, its last words and its end.

stderr is always drained, in chunks, so that a chatty library never blocks. The end has two forms: `end`, the
ladder of a worker that may finish (Bye, end of file, TERM, KILL), and `kill`, which also works on a stopped
one. Both reach the whole process group, so that nothing a library forked stays behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

from voice_server.core.wire.child_messages import ChildBye
from voice_server.core.wire.codec import Decoder, Message, Request, encode
from voice_server.errors import WireError

_ANSWERS, _STDERR = 1, 2
_KEPT_STDERR_BYTES = 64 * 1024
_LAST_PIPES_S = 0.25
"""How long a process may outlast its pipes, or its pipes the process: something that it forked may hold them
for ever."""
_KERNEL_S = 5.0
"""How long the kernel may take to end a killed process: one that waits for a broken disk never goes."""

logger = logging.getLogger(__name__)


class ChildProcessOwner(Protocol):
    """Who is told what happens to a process."""

    def messages_came(self, messages: list[Message]) -> None:
        """The process said something; at least one message."""

    def stream_broke(self, reason: str) -> None:
        """The answers cannot be trusted any more."""

    def process_ended(self, status: int) -> None:
        """The process is gone; nothing comes after this."""


class ChildProcess(asyncio.SubprocessProtocol):
    """A subprocess that speaks the wire protocol on its stdin and stdout."""

    def __init__(self, name: str, owner: ChildProcessOwner) -> None:
        self._name = name
        self._owner = owner
        self._decoder = Decoder()
        self._is_broken = False
        self._stderr: deque[bytes] = deque()
        self._stderr_bytes = 0
        self._last_pipes: asyncio.TimerHandle | None = None
        self._gone = asyncio.get_running_loop().create_future()
        self.pid = 0
        """The process id, which is its group's too."""

    @classmethod
    async def launch(
        cls,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        owner: ChildProcessOwner,
        folder: Path | None = None,
        *,
        passed: Sequence[int] = (),
    ) -> ChildProcess:
        """Start the command in `folder` and a session of its own, so that Ctrl-C reaches only the server.

        It gets the descriptors `passed` besides its three pipes. Raises OSError when it cannot be started.
        """
        _, process = await asyncio.get_running_loop().subprocess_exec(
            lambda: cls(name, owner),
            *command,
            env=dict(environment),
            cwd=folder,
            pass_fds=passed,
            start_new_session=True,
        )
        return process

    def hand_to(self, owner: ChildProcessOwner) -> None:
        """Tell somebody else from now on."""
        self._owner = owner

    def send(self, request: Request) -> None:
        """Send a message; to a process that has gone, nothing."""
        self.write(encode(request))

    def write(self, frame: bytes) -> None:
        """Send a message that is encoded already."""
        if not self._requests.is_closing():
            self._requests.write(frame)

    def kill(self) -> None:
        """End the process and all it forked, now."""
        self._signal(signal.SIGKILL)

    async def end(self, patience_s: float) -> None:
        """Ask, close, TERM, KILL; `patience_s` for each rung. Returns when the process is gone."""
        self.send(ChildBye())
        for rung in (self._requests.close, lambda: self._signal(signal.SIGTERM), self.kill):
            await asyncio.wait([self._gone], timeout=patience_s)
            if self._gone.done():
                return
            rung()
        await asyncio.wait([self._gone], timeout=_KERNEL_S)
        if not self._gone.done():
            logger.error("a killed worker does not go away", extra={"worker": self._name, "pid": self.pid})

    def last_words(self) -> str:
        """Return the last line on stderr, without control characters; "" when there was none."""
        lines = b"".join(self._stderr).decode(errors="replace").split("\n")
        return next((line for line in map(printable, reversed(lines)) if line), "")

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)
        self.pid = self._transport.get_pid()
        self._requests = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == _STDERR:
            self._keep_stderr(data)
        elif not self._is_broken:
            try:
                messages = self._decoder.feed(data)
            except WireError as error:
                self.distrust(f"sent {error.message}")
                return
            if messages:
                self._owner.messages_came(messages)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        # The pipes of a process that ends go a moment before it; one that lives on without them is of no use.
        if fd == _ANSWERS and self._last_pipes is None:
            self._last_pipes = asyncio.get_running_loop().call_later(_LAST_PIPES_S, self._abandon)

    def process_exited(self) -> None:
        self._signal(signal.SIGKILL)
        if self._last_pipes is not None:
            self._last_pipes.cancel()
        self._last_pipes = asyncio.get_running_loop().call_later(_LAST_PIPES_S, self._finish)

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish()

    def _abandon(self) -> None:
        self.distrust("cut an answer short" if self._decoder.pending_bytes else "closed its answers")

    def distrust(self, reason: str) -> None:
        """Listen no more, and tell the owner why."""
        if not self._is_broken:
            self._is_broken = True
            self._owner.stream_broke(reason)

    def _finish(self) -> None:
        if self._gone.done():
            return
        self._gone.set_result(None)
        self._is_broken = True
        if self._last_pipes is not None:
            self._last_pipes.cancel()
        self._transport.close()
        self._owner.process_ended(self._transport.get_returncode() or 0)

    def _signal(self, number: signal.Signals) -> None:
        # No such group: gone already. Some systems speak of permission when they mean a group of zombies.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def _keep_stderr(self, chunk: bytes) -> None:
        self._stderr.append(chunk)
        self._stderr_bytes += len(chunk)
        while self._stderr_bytes - len(self._stderr[0]) >= _KEPT_STDERR_BYTES:
            self._stderr_bytes -= len(self._stderr.popleft())
        if logger.isEnabledFor(logging.DEBUG):
            text = printable(chunk.decode(errors="replace"))
            logger.debug("worker wrote to stderr", extra={"worker": self._name, "text": text})


def printable(text: str) -> str:
    """Return `text` with control characters escaped: it must not steer a terminal or forge lines in a log."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text.strip())
