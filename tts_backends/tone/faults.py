"""Everything an engine can do wrong, on request, for tests of the server and of clients."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from voice_server.worker.api import RenderError

_POLL_S = 3600


def _fail() -> None:
    raise RenderError("the tone backend was told to fail")


def _fail_retryable() -> None:
    raise RenderError("the tone backend was told to fail", retryable=True)


def _raise() -> None:
    raise ZeroDivisionError("the tone backend was told to raise")


def _exit() -> None:
    sys.exit(3)


def _crash() -> None:
    os._exit(70)


def _hang() -> None:
    while True:
        time.sleep(_POLL_S)


def _freeze() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _print() -> None:
    print("printed by the tone backend", flush=True)
    os.write(1, b"written to file descriptor 1 by the tone backend\n" * 100)


def _refuse_to_end() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _hang()


FAULTS: dict[str, Callable[[], None]] = {
    "fail": _fail,  # says that this text cannot be rendered
    "fail_retryable": _fail_retryable,  # says that another try may succeed
    "raise": _raise,  # an unexpected exception
    "exit": _exit,  # as packages do that miss a download
    "crash": _crash,  # the process is gone at once
    "hang": _hang,  # no progress, but the process lives
    "freeze": _freeze,  # the whole process stands still
    "print": _print,  # writes to stdout, then goes on
    "refuse_to_end": _refuse_to_end,  # hangs and ignores the request to end
}
STALL = "stall"  # a pause as long as asked, then on
ODD = "odd"  # half a sample
EMPTY = "empty"  # no audio at all
KINDS = ("none", *FAULTS, STALL, ODD, EMPTY)


@dataclass
class Trigger:
    """Decides which renders go wrong.

    `at` is the number of the render in this worker, counted from 1, 0 for every one; `marker` must be in
    the text; `once` is a file: when it is there nothing goes wrong any more, and the first fault makes it.
    """

    at: int = 0
    marker: str = ""
    once: str = ""
    _renders: int = 0

    def pulled(self, text: str, fault: str) -> bool:
        """Whether this render goes wrong, if it is to have a fault at all; call it once for each."""
        self._renders += 1
        if fault == KINDS[0] or self.at not in {0, self._renders} or self.marker not in text:
            return False
        if self.once:
            try:
                Path(self.once).touch(exist_ok=False)
            except FileExistsError:
                return False
        return True
