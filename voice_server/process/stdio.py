"""The two pipes to the server, kept away from everybody else in this process.

Libraries print, and C libraries print below Python. Descriptor 1 therefore becomes stderr, which ends in the
server's log, and descriptor 0 the null device, so that nothing waits for input. The pipes themselves move to
descriptors that no child inherits, and whatever else was inherited is closed: some event loops leave a second
copy of a pipe behind, which would keep it open when the first is closed.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator

from voice_server.core.wire.codec import Answer, Decoder, Message, encode_parts

_READ_BYTES = 64 * 1024
_PIPE_BYTES = 512 * 1024
_PR_SET_PDEATHSIG = 1


def take_descriptors(kept: int | None = None) -> tuple[int, int]:
    """Return (requests, answers), the descriptors that were 0 and 1; `kept` is not closed either."""
    requests, answers = os.dup(0), os.dup(1)
    last = 2
    ours = {requests, answers} if kept is None else {requests, answers, kept}
    for descriptor in (*sorted(ours), os.sysconf("SC_OPEN_MAX")):
        os.closerange(last + 1, descriptor)
        last = descriptor
    if kept is not None:
        os.set_inheritable(kept, False)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    widen(answers)
    return requests, answers


def widen(pipe: int) -> None:
    """Make room for whole frames, so that the engine does not wait while the server reads parts of one."""
    if sys.platform == "linux":
        # Refused where this user's pipes hold too much already, and for what is no pipe: both work without.
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def die_with_parent(parent: int | None = None) -> None:
    """Have the kernel kill this process when its parent dies, however it dies; on Linux only.

    Where the parent is known to be `parent`, it may have died before this call. For a server that has, and on
    other systems, the end of file on the request pipe does it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if parent is not None and os.getppid() != parent:
            leave(1)


def leave(status: int) -> None:
    """End the process now, without the exit handlers of libraries that may hang."""
    os._exit(status)


class StdioChannel:
    """Messages to and from the server. One thread reads; any thread may send."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests = requests
        self._answers = answers
        self._sending = threading.Lock()

    def close(self) -> None:
        """Leave the pipes to whoever else has them."""
        os.close(self._requests)
        os.close(self._answers)

    def receive(self) -> Iterator[Message]:
        """Yield the server's messages until it closes the pipe. A broken frame is a WireError."""
        decoder = Decoder()
        while chunk := os.read(self._requests, _READ_BYTES):
            yield from decoder.feed(chunk)

    def send(self, messages: Iterable[Answer]) -> None:
        """Send messages with one system call where the pipe has room; waits while it has none.

        A server that is gone ends the process: there is nobody to work for.
        """
        parts = [memoryview(part) for message in messages for part in encode_parts(message)]
        try:
            with self._sending:
                while parts:
                    parts = _after(parts, os.writev(self._answers, parts))
        except BrokenPipeError:
            leave(0)


def _after(parts: list[memoryview], written: int) -> list[memoryview]:
    """What is left of `parts` when so many bytes have gone out."""
    for index, part in enumerate(parts):
        if written < len(part):
            return [part[written:], *parts[index + 1 :]]
        written -= len(part)
    return []
