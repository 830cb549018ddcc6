"""A child process's two pipes to the server, protected from the libraries in this process.

Libraries print, and C libraries print without Python's `sys.stdout`. Descriptor 1 therefore becomes stderr,
which goes to the server's log, and descriptor 0 the null device, so that nothing waits for input. The pipes
themselves move to descriptors that no child inherits. All other inherited descriptors are closed: some event
loops pass a duplicate of a pipe on, and a pipe stays open until its last duplicate is closed.
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
    enlarge_pipe(answers)
    return requests, answers


def enlarge_pipe(pipe: int) -> None:
    """Enlarge a pipe to hold whole frames, so that the engine does not wait while the server reads one."""
    if sys.platform == "linux":
        # Refused at the user's limit for all pipes, and for a descriptor that is no pipe: both work without.
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def die_with_parent(parent: int | None = None) -> None:
    """Have the kernel kill this process when its parent dies, however it dies; on Linux only.

    With `parent`, the parent's process id, this process ends at once if that one has died before the call.
    Without it, and on other systems, the process ends at the end of file on its request pipe.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if parent is not None and os.getppid() != parent:
            exit_now(1)


def exit_now(status: int) -> None:
    """End the process now, without the exit handlers of libraries that may hang."""
    os._exit(status)


class StdioChannel:
    """Messages to and from the server. One thread reads; any thread may send."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests = requests
        self._answers = answers
        self._sending = threading.Lock()

    def close(self) -> None:
        """Close this process's ends of the pipes; other processes that have them keep them open."""
        os.close(self._requests)
        os.close(self._answers)

    def receive(self) -> Iterator[Message]:
        """Yield the server's messages until it closes the pipe. A broken frame is a WireError."""
        decoder = Decoder()
        while chunk := os.read(self._requests, _READ_BYTES):
            yield from decoder.feed(chunk)

    def send(self, messages: Iterable[Answer]) -> None:
        """Send messages with one system call where the pipe has room; waits while it has none.

        When the server has ended, so does this process.
        """
        parts = [memoryview(part) for message in messages for part in encode_parts(message)]
        try:
            with self._sending:
                while parts:
                    parts = _after(parts, os.writev(self._answers, parts))
        except BrokenPipeError:
            exit_now(0)


def _after(parts: list[memoryview], written: int) -> list[memoryview]:
    """The rest of `parts` when `written` bytes of them have been sent."""
    for index, part in enumerate(parts):
        if written < len(part):
            return [part[written:], *parts[index + 1 :]]
        written -= len(part)
    return []
