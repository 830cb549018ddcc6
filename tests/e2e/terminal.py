"""A program at a terminal: keys go in, what is shown comes out."""

from __future__ import annotations

import os
import pty
import subprocess
import termios
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.e2e.saying import wait_until

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

    def wait_for_end(self) -> int:
        return self.process.wait(timeout=15)


@contextmanager
def terminal(command: Sequence[str], variables: Mapping[str, str], folder: Path) -> Iterator[Terminal]:
    """Run a program at a terminal of 100 columns."""
    controller, end = pty.openpty()
    termios.tcsetwinsize(end, (40, 100))
    process = subprocess.Popen(
        list(command),
        stdin=end,
        stdout=end,
        stderr=end,
        cwd=folder,
        env=dict(variables) | {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
        start_new_session=True,
    )
    os.close(end)
    try:
        yield Terminal(process, controller)
    finally:
        process.kill()
        process.wait()
        os.close(controller)
