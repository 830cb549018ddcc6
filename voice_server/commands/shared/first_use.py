"""Sets a backend up, with environment and weights, when it is used for the first time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from voice_server.commands.shared.local_server import CLI_SCRIPT
from voice_server.commands.shared.polling import POLL_INTERVAL_S
from voice_server.commands.shared.terminal import print_note
from voice_server.process.termination import last_duty
from voice_server.provisioning.environments import is_being_set_up

if TYPE_CHECKING:
    from voice_server.config import Config

_STDERR = 2


def set_up_at_first_use(config: Config, *names: str) -> None:
    """Set up those of the named backends that are not, and print a note first. Raises BackendError."""
    from voice_server.provisioning.installation import Provisioner  # noqa: PLC0415 - `say` does without it
    from voice_server.provisioning.natural_engines import needs_set_up  # noqa: PLC0415

    provisioner = Provisioner(report=print_note)
    for name in names:
        if needs_set_up(name, backend := config.backends[name]):
            sizes = provisioner.told_sizes(name, backend)
            print_note(
                f"{name} is not set up yet; that is done now, once (voice-server setup {name}): {sizes}"
            )
            provisioner.set_up(name, backend)


class SetUpProcess:
    """One `voice-server setup` of some backends beside this program; it prints on standard error."""

    def __init__(self, config: Config, *names: str) -> None:
        arguments = ("setup", *names, "--no-warm-up", "--config", str(config.source))
        command = [sys.executable, str(CLI_SCRIPT), *arguments]
        self._first = config.backends[names[0]].environment
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=_STDERR, start_new_session=True
        )

    def wait_until_begun(self) -> None:
        """Wait until other programs can see that the first backend is being set up."""
        while self._process.poll() is None and not is_being_set_up(self._first):
            time.sleep(POLL_INTERVAL_S)

    def wait(self, timeout_s: float | None = None) -> bool | None:
        """Whether all could be set up; None if it goes on after `timeout_s`."""
        try:
            return self._process.wait(timeout_s) == 0
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """Break it off, if it still goes on, with the installer that it runs."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)


class BackgroundSetUps:
    """The set-ups that a program has begun, which end with it at the latest."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._processes: list[SetUpProcess] = []

    def begin(self, *names: str) -> SetUpProcess:
        """Set up these backends beside this program."""
        process = SetUpProcess(self._config, *names)
        self._processes.append(process)
        return process

    def end(self) -> None:
        """Break off those that still go on."""
        for process in self._processes:
            process.end()

    def join(self) -> None:
        """Wait until none is left."""
        for process in self._processes:
            process.wait()


@contextmanager
def background_set_ups(config: Config) -> Iterator[BackgroundSetUps]:
    """Set-ups beside the block, which are broken off where it ends before them."""
    set_ups = BackgroundSetUps(config)
    try:
        with last_duty(set_ups.end):
            yield set_ups
    finally:
        set_ups.end()
        set_ups.join()


@contextmanager
def set_up_in_background(config: Config, *names: str) -> Iterator[BackgroundSetUps]:
    """Set up those of the named backends that are not, beside the block; more may be begun in it.

    A server in the block starts them when they are set up.
    """
    from voice_server.provisioning.natural_engines import needs_set_up  # noqa: PLC0415 - as above

    missing = [name for name in names if needs_set_up(name, config.backends[name])]
    with background_set_ups(config) as set_ups:
        if missing:
            what = ", ".join(missing)
            print_note(f"not set up yet: {what}; that is done now, once, while the server runs already")
            set_ups.begin(*missing).wait_until_begun()
        yield set_ups
