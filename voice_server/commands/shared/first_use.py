"""A backend's first use: what it needs is set up then, without being asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from voice_server.commands.shared.terminal import print_note
from voice_server.errors import NotSetUp
from voice_server.provisioning.environments import has_lock_file, is_being_set_up, python_of

if TYPE_CHECKING:
    from voice_server.config import Config

_CLI = Path(__file__).resolve().parents[2] / "cli.py"
_STDERR = 2
_LOOK_S = 0.02


def set_up_at_first_use(config: Config, *names: str) -> None:
    """Set up those of the named backends that are not, after saying so. Raises BackendError."""
    from voice_server.provisioning.installation import Provisioner  # noqa: PLC0415 - see above

    for name in names:
        if _is_to_be_set_up(name, config):
            print_note(f"{name} is not set up yet; that is done now, once (voice-server setup {name})")
            Provisioner(say=print_note).set_up(name, config.backends[name])


@contextmanager
def setting_up_beside(config: Config, *names: str) -> Iterator[None]:
    """Set up those of the named backends that are not, in a process that ends with the block at the latest.

    The server runs meanwhile, and starts them when they are there.
    """
    missing = [name for name in names if _is_to_be_set_up(name, config)]
    if not missing:
        yield
        return
    print_note(f"not set up yet: {', '.join(missing)}; that is done now, once, while the server runs already")
    command = [sys.executable, str(_CLI), "setup", *missing, "--no-warm-up", "--config", str(config.source)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=_STDERR, start_new_session=True)
    try:
        first = config.backends[missing[0]].environment
        while process.poll() is None and not is_being_set_up(first):
            time.sleep(_LOOK_S)
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _is_to_be_set_up(name: str, config: Config) -> bool:
    from voice_server.provisioning.installation import is_set_up  # noqa: PLC0415 - see above

    backend = config.backends[name]
    if not has_lock_file(backend):
        return False
    try:
        python_of(name, backend.environment)
    except NotSetUp:
        return True
    return not is_set_up(backend)
