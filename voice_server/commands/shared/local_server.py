"""This user's own server on this machine: found, started where there is none, and ended.

A server holds a lock on its pid file, which only its user can read, as long as it lives. Whether the lock is
held, and not what the file says, tells whether it runs: a number in a file may long belong to something else.
A second lock lets one program at a time start a server, so that ten that want one at once get the same.

Imported by every `say`, which is to take no time: nothing but the standard library, and of that little.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import stat
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from voice_server.errors import ConfigError, VoiceServerError

APP_NAME = "voice-server"
START_S = 300.0
"""How long a server may take to start: models are loaded meanwhile."""

_PID_FILE, _START_FILE, _START_LOG = "server.pid", "start.lock", "start.log"
_LOOK_S = 0.02
_DRAIN_S, _STOP_S, _KILL_S = 2.0, 5.0, 5.0
_PRIVATE = 0o700
_CLI = Path(__file__).resolve().parents[2] / "cli.py"


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server: its base URL, its process where it is this user's own, and what it wants to be shown."""

    url: str
    pid: int = 0
    token: str | None = None


def runtime_folder() -> Path:
    """The folder for locks and pid files, which nobody but this user can change. Raises ConfigError."""
    import platformdirs  # noqa: PLC0415 - a server at a named address needs no folder

    with warnings.catch_warnings():  # without XDG_RUNTIME_DIR it takes a folder that is checked below
        warnings.simplefilter("ignore")
        folder = platformdirs.user_runtime_path(APP_NAME, appauthor=False)
    try:
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        found, above = folder.lstat(), folder.parent.stat()
    except OSError as error:
        raise ConfigError(f"the folder {str(folder)!r} cannot be used: {_why(error)}") from None
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not is_ours or above.st_uid not in (os.getuid(), 0):
        raise ConfigError(f"{str(folder)!r} must be a folder that belongs to you")
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(_PRIVATE)
    return folder


def log_folder() -> Path:
    """The folder for logs, where the platform keeps them; made where it is missing. Raises ConfigError."""
    import platformdirs  # noqa: PLC0415 - only where something is logged

    folder = platformdirs.user_log_path(APP_NAME, appauthor=False)
    try:
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot log into {str(folder)!r}: {_why(error)}") from None
    return folder


# ---------------------------------------------------------------------- the server's side


class ServerRegistration:
    """A server's place as the one that this user's programs find, for as long as the `with` block lasts.

    Where another server has the place already, or there is no folder to take it in, `announce` does nothing.
    """

    def __enter__(self) -> Self:
        self._descriptor, self._is_first = -1, False
        with suppress(ConfigError):
            self._descriptor = _open(runtime_folder() / _PID_FILE)
            self._is_first = _await(lambda: _lock(self._descriptor, fcntl.LOCK_EX), 10 * _LOOK_S)
        if self._is_first:
            os.ftruncate(self._descriptor, 0)
        return self

    def announce(self, url: str, token: str | None = None) -> None:
        """Be found, from now on."""
        if self._is_first:
            content = json.dumps({"pid": os.getpid(), "url": url, "token": token})
            os.pwrite(self._descriptor, content.encode(), 0)

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)  # and with it the lock: whoever looks knows that there is no server


# ---------------------------------------------------------------------- the programs' side


def find() -> RunningServer | None:
    """The server of this user that runs now and takes requests."""
    return _look()[1]


def _look() -> tuple[bool, RunningServer | None]:
    """Whether there is a server, and where; one that is still loading has not said where."""
    try:
        descriptor = os.open(runtime_folder() / _PID_FILE, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False, None
    try:
        if _lock(descriptor, fcntl.LOCK_SH):
            return False, None
        found = json.loads(os.read(descriptor, 4096) or b"null")
    except ValueError:
        return True, None  # it is being written
    finally:
        os.close(descriptor)
    return True, RunningServer(found["url"], found["pid"], found["token"]) if found else None


def find_or_start(arguments: Sequence[str], on_start: Callable[[], None] = lambda: None) -> RunningServer:
    """The server of this user; where there is none, `serve` with these arguments is started.

    Returns when it takes requests. Raises VoiceServerError with what kept it from starting.
    """
    found = find()
    if found is not None:
        return found
    descriptor = _open(runtime_folder() / _START_FILE)
    try:
        if not _await(lambda: _lock(descriptor, fcntl.LOCK_EX), START_S):
            raise VoiceServerError("another program is still starting the server", code="not_started")
        found = find()
        if found is None:
            on_start()
            _await(lambda: _look() != (True, None), START_S)  # one that somebody else has started loads
            found = find() or _start(arguments)
        return found
    finally:
        os.close(descriptor)


def wait_until_gone(running: RunningServer, limit_s: float) -> bool:
    """Wait until a server has ended; say whether it has."""
    return _await(lambda: find() != running, limit_s)


def end(running: RunningServer) -> None:
    """End a server and with it every process of its own: ask, ask again, insist."""
    for number, patience_s in (
        (signal.SIGTERM, _DRAIN_S),
        (signal.SIGTERM, _STOP_S),
        (signal.SIGKILL, _KILL_S),
    ):
        with suppress(ProcessLookupError):
            os.kill(running.pid, number)
        if wait_until_gone(running, patience_s):
            return
    raise VoiceServerError(f"the server, process {running.pid}, does not end")


def _start(arguments: Sequence[str]) -> RunningServer:
    import subprocess  # noqa: PLC0415 - most programs find a server

    said = runtime_folder() / _START_LOG
    with Path(os.devnull).open("r+b") as null, os.fdopen(_open(said, os.O_TRUNC), "wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(_CLI), "serve", *arguments],
            stdin=null,
            stdout=null,
            stderr=log,
            start_new_session=True,
        )

    found: RunningServer | None = None
    try:
        _await(lambda: find() or process.poll() is not None, START_S)
        found = find()
    finally:
        if found is None or found.pid != process.pid:
            process.kill()
        process.returncode = process.poll() or 0  # it lives on without us, which is nothing to complain about
    if found is None:
        raise VoiceServerError(f"the server did not start: {_last_line(said)}", code="not_started")
    return found


def _last_line(said: Path) -> str:
    lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].removeprefix("error: ") if lines else "it did not say why"


def _await(condition: Callable[[], object], limit_s: float) -> bool:
    limit = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(_LOOK_S)
    return True


def _open(path: Path, *flags: int) -> int:
    """A file that only this user can read, never through a link that somebody else has put there."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | sum(flags), 0o600)
    except OSError as error:
        raise ConfigError(f"the file {str(path)!r} cannot be used: {_why(error)}") from None


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
