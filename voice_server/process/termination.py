"""The signals that end a program: the first in good order, the second at once.

The first raises KeyboardInterrupt (SIGINT) or SystemExit with 128 and its number (SIGTERM, SIGHUP) in the
main thread, unless it is handed to whoever runs an event loop there. A second one ends the process where it
is; only what was registered for that is still done. One that is ignored, as `nohup` has it, stays ignored.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SAME_SIGNAL_S = 0.2
"""What ends a process and then its group, as `timeout` does, sends the same signal twice."""
SIGNAL_EXIT_CODE = 128
"""What is added to the number of a signal for the exit code of a program that it has ended."""


class _Termination:
    """What a process knows of its end."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.at = 0.0
        self.take: Callable[[], object] | None = None
        self.duties: list[Callable[[], object]] = []

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        del frame
        now = time.monotonic()
        if self.number is None:
            self.number, self.at = number, now
            if self.take is None:
                raise _exception_of(number)
            self.take()
        elif now - self.at > _SAME_SIGNAL_S:
            self.end_now(number)

    def end_now(self, number: int) -> None:
        """Do the last duties and end."""
        self.do_duties()
        os._exit(SIGNAL_EXIT_CODE + number)

    def do_duties(self) -> None:
        """Do the last duties; a duty removes itself."""
        for duty in reversed(tuple(self.duties)):
            with suppress(Exception):
                duty()


_termination = _Termination()


def end_on_signals() -> None:
    """From now on SIGINT, SIGTERM and SIGHUP end this program as it is described above."""
    for number in _NUMBERS:
        if signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
            signal.signal(number, _termination.handle)


def end_in_good_order() -> None:
    """Do the duties that are left, where a signal came before a block was entered; let no other one come."""
    for number in _NUMBERS:
        signal.signal(number, signal.SIG_IGN)
    _termination.do_duties()


def received_signal() -> int | None:
    """The number of the signal that ends this program; None as long as none has come."""
    return _termination.number


def raise_received_signal() -> None:
    """Raise what the first signal raises, if one has come and was handed to somebody."""
    if _termination.number:
        raise _exception_of(_termination.number)


@contextmanager
def handing_over(take: Callable[[], object]) -> Iterator[None]:
    """While the block runs, call `take` at the first signal in place of raising it."""
    before, _termination.take = _termination.take, take
    try:
        yield
    finally:
        _termination.take = before


@contextmanager
def ending_at_once() -> Iterator[None]:
    """While the block runs, the first signal ends this program where it is, as otherwise a second one does.

    For a program whose thread waits for input: nothing else would end that wait.
    """

    def end() -> None:
        assert _termination.number is not None
        _termination.end_now(_termination.number)

    with handing_over(end):
        yield


def add_last_duty(duty: Callable[[], object]) -> None:
    """Call `duty` too when a second signal ends this program."""
    _termination.duties.append(duty)


def remove_last_duty(duty: Callable[[], object]) -> None:
    """Forget a duty that has been done."""
    with suppress(ValueError):
        _termination.duties.remove(duty)


@contextmanager
def last_duty(duty: Callable[[], object]) -> Iterator[None]:
    """Call `duty` too when a second signal ends this program while the block runs."""
    add_last_duty(duty)
    try:
        yield
    finally:
        remove_last_duty(duty)


def _exception_of(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(SIGNAL_EXIT_CODE + number)
