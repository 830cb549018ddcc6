"""This user's folders: for locks and pid files, and for logs. Neither can be read by anybody else."""

from __future__ import annotations

import os
import stat
import warnings
from pathlib import Path

from voice_server.commands.shared.os_errors import reason_of
from voice_server.commands.shared.terminal import print_warning
from voice_server.errors import ConfigError
from voice_server.home.home_folders import home_folders

_PRIVATE = 0o700


def runtime_folder() -> Path:
    """The folder for locks and pid files, made where it is missing. Raises ConfigError.

    It must belong to this user and lie in a folder that no other user but root can change. Where that
    of XDG_RUNTIME_DIR is not private, a warning says so and which is used in its place.
    """
    with warnings.catch_warnings(record=True) as caught:  # it takes another folder, which is checked below
        warnings.simplefilter("always")
        folder = home_folders().runtime
    if os.environ.get("XDG_RUNTIME_DIR"):
        for warning in caught:
            print_warning(f"warning: {warning.message}")
    try:
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        found, above = folder.lstat(), folder.parent.stat()
    except OSError as error:
        raise ConfigError(f"the folder {str(folder)!r} cannot be used: {reason_of(error)}") from None
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not is_ours or above.st_uid not in (os.getuid(), 0):
        raise ConfigError(f"{str(folder)!r} must be a folder that belongs to you")
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(_PRIVATE)
    return folder


def log_folder() -> Path:
    """The folder for logs, where the platform keeps them; made where it is missing. Raises ConfigError."""
    folder = home_folders().log
    try:
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot log into {str(folder)!r}: {reason_of(error)}") from None
    return folder
