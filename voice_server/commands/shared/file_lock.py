"""Files that only this user can read, and advisory locks on them."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from voice_server.commands.shared.os_errors import reason_of
from voice_server.errors import ConfigError


def open_private(path: Path, *flags: int) -> int:
    """Open a file that only this user can read from now on, made where it is missing; return its descriptor.

    A symbolic link in its place is not followed. Raises ConfigError.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | sum(flags), 0o600)
        os.fchmod(descriptor, 0o600)
    except OSError as error:
        raise ConfigError(f"the file {str(path)!r} cannot be used: {reason_of(error)}") from None
    return descriptor


def try_lock(descriptor: int, *, shared: bool = False) -> bool:
    """Lock an open file without waiting; return whether it is locked. Closing the file unlocks it."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
