"""A program at a terminal: keys go in, what is shown comes out."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.e2e.saying import wait_until

_AT_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Without a terminal of its own a program gets no signal from Ctrl-C, only the key while it reads keys."""

CTRL_C, CTRL_D, UP, ENTER = "\x03", "\x04", "\x1b[A", "\r"


class Terminal:
    """One running program; `shown` is everything that it has written."""

    def __init__(self, process: subprocess.Popen[bytes], controller: int) -> None:
        self.process = process
        self.shown = ""
        self._controller = controller
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with suppress(OSError):  # how a terminal says that the last program has left it
            while chunk := os.read(self._controller, 4096):
                self.shown += chunk.decode(errors="replace")

    def type(self, keys: str) -> None:
        os.write(self._controller, keys.encode())

    def wait_for(self, text: str) -> None:
        """Wait until a text is shown, and forget all that was shown up to there."""
        wait_until(lambda: text in self.shown, patience_s=15.0)
        self.shown = self.shown.partition(text)[2]

    def recall(self, text: str) -> None:
        """Press the upward key until the line before is shown: a history is read while the prompt waits."""
        wait_until(lambda: self._has_recalled(text), patience_s=15.0)

    def _has_recalled(self, text: str) -> bool:
        self.type(UP)
        return text in self.shown

    def leave(self) -> int:
        """Press Ctrl-D until the program has ended: between two prompts nobody reads the key."""
        wait_until(self._has_left, patience_s=15.0)
        return self.process.wait()

    def _has_left(self) -> bool:
        if self.process.poll() is None:
            self.type(CTRL_D)
        return self.process.poll() is not None


@contextmanager
def terminal(command: Sequence[str], variables: Mapping[str, str], folder: Path) -> Iterator[Terminal]:
    """Run a program at a terminal of 100 columns."""
    controller, end = pty.openpty()
    termios.tcsetwinsize(end, (40, 100))
    process = subprocess.Popen(
        [sys.executable, "-c", _AT_TERMINAL, *command],
        stdin=end,
        stdout=end,
        stderr=end,
        cwd=folder,
        env=dict(variables) | {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
    )
    os.close(end)
    try:
        yield Terminal(process, controller)
    finally:
        process.kill()
        process.wait()
        os.close(controller)
