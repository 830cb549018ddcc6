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
from voice_server.errors import NotSetUp
from voice_server.process.termination import last_duty
from voice_server.provisioning.environments import has_lock_file, is_being_set_up, python_of

if TYPE_CHECKING:
    from voice_server.config import Config

_STDERR = 2


def set_up_at_first_use(config: Config, *names: str) -> None:
    """Set up those of the named backends that are not, and print a note first. Raises BackendError."""
    from voice_server.provisioning.installation import Provisioner  # noqa: PLC0415 - `say` does without it

    for name in names:
        if _needs_set_up(name, config):
            print_note(f"{name} is not set up yet; that is done now, once (voice-server setup {name})")
            Provisioner(report=print_note).set_up(name, config.backends[name])


@contextmanager
def set_up_in_background(config: Config, *names: str) -> Iterator[None]:
    """Set up those of the named backends that are not, in a process that ends with the block at the latest.

    A server in the block starts them when they are set up.
    """
    missing = [name for name in names if _needs_set_up(name, config)]
    if not missing:
        yield
        return
    print_note(f"not set up yet: {', '.join(missing)}; that is done now, once, while the server runs already")
    arguments = ("setup", *missing, "--no-warm-up", "--config", str(config.source))
    command = [sys.executable, str(CLI_SCRIPT), *arguments]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=_STDERR, start_new_session=True)

    def end() -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)

    try:
        with last_duty(end):
            first = config.backends[missing[0]].environment
            while process.poll() is None and not is_being_set_up(first):
                time.sleep(POLL_INTERVAL_S)
            yield
    finally:
        end()
        process.wait()


def _needs_set_up(name: str, config: Config) -> bool:
    from voice_server.provisioning.installation import is_set_up  # noqa: PLC0415 - `say` does without it

    backend = config.backends[name]
    if not has_lock_file(backend):
        return False
    try:
        python_of(name, backend.environment)
    except NotSetUp:
        return True
    return not is_set_up(backend)
