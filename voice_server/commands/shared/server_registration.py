"""The pid file of this user's server: written and locked by the server, read by programs that look for it.

A server holds a lock on its pid file, which only its user can read, as long as it lives. Whether the file is
locked, and not what it says, decides whether the server runs: a process number in a file that was left behind
may belong to something else by now.

Every `say` imports this file and must start fast: the standard library only, and little of it.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from voice_server.commands.shared.file_lock import open_private, try_lock
from voice_server.commands.shared.polling import POLL_INTERVAL_S, wait_until
from voice_server.commands.shared.user_folders import runtime_folder
from voice_server.errors import ConfigError

_PID_FILE = "server.pid"


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server: its base URL, the process number where it is this user's own (else 0), its token, and
    whether `say` started it, and not a person.
    """

    url: str
    pid: int = 0
    token: str | None = None
    was_started_by_say: bool = False


class ServerRegistration:
    """Registers a server as the one that this user's programs find, as long as the `with` block lasts.

    Where another server is registered already, or there is no runtime folder, `announce` does nothing.
    """

    def __enter__(self) -> Self:
        self._descriptor, self._is_registered = -1, False
        with suppress(ConfigError):
            self._descriptor = open_private(runtime_folder() / _PID_FILE)
            # A program that reads the file holds the lock for a moment.
            self._is_registered = wait_until(lambda: try_lock(self._descriptor), 10 * POLL_INTERVAL_S)
        if self._is_registered:
            os.ftruncate(self._descriptor, 0)
        return self

    def announce(self, url: str, token: str | None = None, *, was_started_by_say: bool = False) -> None:
        """Write the server's address, at which it takes requests from now on."""
        if self._is_registered:
            fields = {"pid": os.getpid(), "url": url, "token": token, "by_say": was_started_by_say}
            content = json.dumps(fields)
            os.pwrite(self._descriptor, content.encode(), 0)

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)  # and with it the lock, which is how programs see that it has ended


def registered_server() -> tuple[bool, RunningServer | None]:
    """Whether a server is registered, and its address; None while it is still loading."""
    try:
        descriptor = os.open(runtime_folder() / _PID_FILE, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False, None
    try:
        if try_lock(descriptor, shared=True):
            return False, None
        found = json.loads(os.read(descriptor, 4096) or b"null")
    except ValueError:
        return True, None  # it is being written
    finally:
        os.close(descriptor)
    if not found:
        return True, None
    by_say = found.get("by_say", False)  # an older server writes none
    return True, RunningServer(found["url"], found["pid"], found["token"], by_say)
