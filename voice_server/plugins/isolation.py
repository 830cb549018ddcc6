"""A plugin's calls run in a thread of its own, one after the other, and nobody waits for long.

A thread cannot be ended from outside, so a plugin that does not return within the limit is switched off for
the life of the server. An exception is raised in its thread, which ends a loop of Python that would take the
interpreter from everybody else; a call that waits goes on until it returns, or the process ends. A call may
wait for the ones before it as long as it may take itself. What this cannot keep apart is the interpreter:
code that holds its lock, such as a regular expression that explodes, holds the server.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar, cast

from voice_server.errors import PluginFault

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a call returned, or raised."""

    result: object = None
    error: BaseException | None = None


@dataclass(slots=True, eq=False)
class _Call:
    """A call that waits or runs; `begun_at` is set by the plugin's thread."""

    function: Callable[[], object]
    loop: asyncio.AbstractEventLoop
    outcome: asyncio.Future[_Outcome]
    asked_at: float
    begun_at: float | None = None
    is_given_up: bool = False

    def settle(self, outcome: _Outcome) -> None:
        """Let whoever waits have the outcome."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)


class PluginThread:
    """Where one plugin's functions are called; `clock` counts seconds."""

    def __init__(self, plugin: str, limit_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._plugin = plugin
        self._now = clock
        self._limit_s = limit_s
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._waiting: set[_Call] = set()
        self._thread: Thread | None = None
        self._busy_since: float | None = None
        self._is_off = False

    @property
    def is_off(self) -> bool:
        """Whether the plugin has been switched off."""
        return self._is_off

    async def call(self, function: Callable[[], _Result]) -> _Result:
        """What `function` returns. Raises PluginFault where it raises, or does not return in time."""
        if self._is_off:
            raise self._hang()
        loop = asyncio.get_running_loop()
        call = _Call(function, loop, loop.create_future(), self._now())
        self._ask(call)
        try:
            while not call.outcome.done():
                await asyncio.wait([call.outcome], timeout=max(0.0, self._left_s(call)))
                if not call.outcome.done() and self._left_s(call) <= 0:
                    self._give_up(call)
            return cast("_Result", self._result_of(call.outcome.result()))
        finally:
            call.is_given_up = True
            self._waiting.discard(call)

    def close(self) -> None:
        """Let the thread end when it has nothing more to do."""
        self._calls.put(None)

    def _ask(self, call: _Call) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._work, name=f"plugin {self._plugin}", daemon=True)
            self._thread.start()
        self._waiting.add(call)
        self._calls.put(call)

    def _left_s(self, call: _Call) -> float:
        """How long the call may still take, or wait for its turn."""
        since = call.asked_at if call.begun_at is None else call.begun_at
        return since + self._limit_s - self._now()

    def _give_up(self, call: _Call) -> None:
        """The time of a call is over. Raises PluginFault; switches the plugin off where it hangs."""
        busy_since = self._busy_since
        if busy_since is None or self._now() - busy_since < self._limit_s:
            raise PluginFault(f"had no time for it within {self._limit_s:g} s")
        self._is_off = True
        self._calls.put(None)
        self._interrupt()
        _log.error(
            "a plugin hangs and is switched off", extra={"plugin": self._plugin, "limit_s": self._limit_s}
        )
        for waiting in self._waiting:
            waiting.settle(_Outcome(error=self._hang()))

    def _interrupt(self) -> None:
        """Raise SystemExit in the thread, at its next step in Python."""
        assert self._thread is not None
        ident = ctypes.c_ulong(self._thread.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(SystemExit))

    def _hang(self) -> PluginFault:
        return PluginFault(
            f"did not return within {self._limit_s:g} s and is switched off until the server is started again"
        )

    def _result_of(self, outcome: _Outcome) -> object:
        error = outcome.error
        if error is None:
            return outcome.result
        if not self._is_off:
            self._tell(error)
        if isinstance(error, PluginFault):
            raise error
        raise PluginFault(f"raised {type(error).__name__}") from error

    def _tell(self, error: BaseException) -> None:
        """Log what a plugin's author needs; its message may hold what is spoken."""
        at = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(at.filename).name}:{at.lineno}"
        said = error.message if isinstance(error, PluginFault) else type(error).__name__
        _log.warning("a plugin failed", extra={"plugin": self._plugin, "fault": said, "at": where})
        _log.debug("how a plugin failed", exc_info=error)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            if call.is_given_up:
                continue
            self._busy_since = call.begun_at = self._now()
            outcome = _outcome_of(call.function)
            self._busy_since = None
            with suppress(RuntimeError):  # the loop is closed, and nobody waits
                call.loop.call_soon_threadsafe(call.settle, outcome)


def _outcome_of(function: Callable[[], object]) -> _Outcome:
    try:
        return _Outcome(function())
    except BaseException as error:  # a plugin that calls sys.exit() ends nothing either
        return _Outcome(error=error)
