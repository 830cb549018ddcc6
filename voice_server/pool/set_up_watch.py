"""Waits for `voice-server setup` while a backend's environment or weights are missing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from voice_server.errors import NotSetUp
from voice_server.provisioning.environments import python_of, set_up_at

_CHECK_INTERVAL_S = 2.0


class SetUpWatch:
    """Whether the backend `name` has to wait for its set-up; `try_again` is called when one was finished.

    `try_again` returns whether the backend could be started; if not, it is called again after the next check.
    """

    def __init__(self, name: str, environment: Path, try_again: Callable[[], bool]) -> None:
        self._name = name
        self._environment = environment
        self._try_again = try_again
        self._set_up_at = 0
        # A set-up was seen under way: its end counts also where it could write no note of it.
        self._was_missing = False
        self._timer: asyncio.TimerHandle | None = None
        self.reason = ""
        """Why nothing can be started, as a sentence."""
        self.is_waiting = False
        """Whether a set-up is waited for."""

    def begin(self) -> None:
        """Note which set-up the workers are started with. Raises NotSetUp when there is none."""
        self.is_waiting = False
        self._set_up_at = set_up_at(self._environment)
        self._was_missing = True
        python_of(self._name, self._environment)
        self._was_missing = False

    def wait(self, reason: str) -> None:
        """Check every two seconds until another set-up has been finished."""
        self.is_waiting, self.reason = True, reason
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_CHECK_INTERVAL_S, self._check)

    def close(self) -> None:
        """Check no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _check(self) -> None:
        self._timer = None
        try:
            python_of(self._name, self._environment)
        except NotSetUp as error:
            self._was_missing = True
            self.wait(error.message)
            return
        is_finished = self._was_missing or set_up_at(self._environment) != self._set_up_at
        if not is_finished or not self._try_again():
            self.wait(self.reason)
