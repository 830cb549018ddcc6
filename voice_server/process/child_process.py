"""One subprocess: its pipes, the end of its stderr, and how it is ended.

stderr is always drained, in chunks, so that a library that writes much never blocks. A process is ended in
two ways: `end` lets it finish and then forces it (Bye, end of file, TERM, KILL), `kill` works at once, on a
stopped process too. Both reach the whole process group, so that no process that a library forked remains.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

from voice_server.core.wire.child_messages import ChildBye
from voice_server.core.wire.codec import Decoder, Message, Request, encode
from voice_server.errors import WireError

_ANSWERS, _STDERR = 1, 2
_KEPT_STDERR_BYTES = 64 * 1024
_PIPES_TIMEOUT_S = 0.25
"""How long a process may outlive its pipes, or its pipes the process: a process that it forked may hold them
open for ever."""
_KILL_TIMEOUT_S = 5.0
"""How long the kernel may take to end a killed process: one that waits for a broken disk never ends."""

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Collect no garbage in the block.

    uvloop runs Python between fork and exec. What is finalized there is a copy: FFmpeg's encoders would wait
    for threads that the copy does not have, and the server for the copy.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class ProcessEventHandler(Protocol):
    """Is told what happens to a process."""

    def messages_received(self, messages: list[Message]) -> None:
        """The process has sent messages, at least one."""

    def stream_broken(self, reason: str) -> None:
        """Nothing more is read from the process; `reason` completes the sentence "the process …"."""

    def process_ended(self, status: int) -> None:
        """The process has ended with this status, -N after signal N; nothing is called after this."""


class ChildProcess(asyncio.SubprocessProtocol):
    """A subprocess that speaks the wire protocol on its stdin and stdout."""

    def __init__(self, name: str, handler: ProcessEventHandler) -> None:
        self._name = name
        self._handler = handler
        self._decoder = Decoder()
        self._is_broken = False
        self._stderr: deque[bytes] = deque()
        self._stderr_bytes = 0
        self._pipes_timer: asyncio.TimerHandle | None = None
        self._ended = asyncio.get_running_loop().create_future()
        self.pid = 0
        """The process id, which is its group's too."""

    @classmethod
    async def launch(
        cls,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        handler: ProcessEventHandler,
        folder: Path | None = None,
        *,
        passed: Sequence[int] = (),
    ) -> ChildProcess:
        """Start the command in `folder` and a session of its own, so that Ctrl-C reaches only the server.

        It gets the descriptors `passed` besides its three pipes. Raises OSError when it cannot be started.
        """
        with _no_collection():
            _, process = await asyncio.get_running_loop().subprocess_exec(
                lambda: cls(name, handler),
                *command,
                env=dict(environment),
                cwd=folder,
                pass_fds=passed,
                start_new_session=True,
            )
        return process

    def set_handler(self, handler: ProcessEventHandler) -> None:
        """Call this handler from now on."""
        self._handler = handler

    def send(self, request: Request) -> None:
        """Send a message; does nothing when the process has ended."""
        self.write(encode(request))

    def write(self, frame: bytes) -> None:
        """Send one encoded message; does nothing when the process has ended."""
        if not self._requests.is_closing():
            self._requests.write(frame)

    def kill(self) -> None:
        """Kill the process and all that it forked."""
        self._signal(signal.SIGKILL)

    async def end(self, patience_s: float) -> None:
        """Send Bye, close stdin, TERM, KILL, `patience_s` apart; returns when the process has ended."""
        self.send(ChildBye())
        for step in (self._requests.close, lambda: self._signal(signal.SIGTERM), self.kill):
            await asyncio.wait([self._ended], timeout=patience_s)
            if self._ended.done():
                return
            step()
        await asyncio.wait([self._ended], timeout=_KILL_TIMEOUT_S)
        if not self._ended.done():
            logger.error("a killed worker does not go away", extra={"worker": self._name, "pid": self.pid})

    def last_stderr_line(self) -> str:
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
                self._handler.messages_received(messages)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        # A process that ends closes its pipes a moment earlier; one that runs on without them is of no use.
        if fd == _ANSWERS and self._pipes_timer is None:
            self._pipes_timer = asyncio.get_running_loop().call_later(
                _PIPES_TIMEOUT_S, self._report_closed_pipes
            )

    def process_exited(self) -> None:
        self._signal(signal.SIGKILL)
        if self._pipes_timer is not None:
            self._pipes_timer.cancel()
        self._pipes_timer = asyncio.get_running_loop().call_later(_PIPES_TIMEOUT_S, self._finish)

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish()

    def _report_closed_pipes(self) -> None:
        self.distrust("cut an answer short" if self._decoder.pending_bytes else "closed its answers")

    def distrust(self, reason: str) -> None:
        """Read nothing more, and tell the handler why."""
        if not self._is_broken:
            self._is_broken = True
            self._handler.stream_broken(reason)

    def _finish(self) -> None:
        if self._ended.done():
            return
        self._ended.set_result(None)
        self._is_broken = True
        if self._pipes_timer is not None:
            self._pipes_timer.cancel()
        self._transport.close()
        self._handler.process_ended(self._transport.get_returncode() or 0)

    def _signal(self, number: signal.Signals) -> None:
        # No such group: ended already. Some systems report a permission error for a group of zombies.
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
