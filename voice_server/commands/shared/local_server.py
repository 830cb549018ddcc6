"""This user's own server on this machine: found, started where there is none, and stopped.

A lock lets one program at a time start a server, so that ten that need one at once get the same.

Every `say` imports this file and must start fast: the standard library and click only, and little of it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from voice_server.commands.shared.click_command import USAGE_ERROR
from voice_server.commands.shared.file_lock import open_private, try_lock
from voice_server.commands.shared.polling import wait_until
from voice_server.commands.shared.server_registration import RunningServer, registered_server
from voice_server.commands.shared.user_folders import runtime_folder
from voice_server.errors import ConfigError, VoiceServerError

START_TIMEOUT_S = 300.0
"""How long a server may take to start: models are loaded meanwhile."""
STARTED_BY_SAY = "--started-by-say"
"""The option of `serve` with which it is started here, so that `say --kill` may end it."""
_IDLE_EXIT_S = 900
"""A server that was started to speak ends when it has not been used for so long."""
CLI_SCRIPT = Path(__file__).resolve().parents[2] / "cli.py"

_START_LOCK, _START_LOG = "start.lock", "start.log"
_STOP_SIGNALS = ((signal.SIGTERM, 2.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
"""What a server is sent to stop it, and how many seconds it then has: drain, stop at once, be killed."""


def background_arguments(log_level: str) -> tuple[str, ...]:
    """The arguments of a `serve` that is started in the background to speak."""
    return ("--port", "0", "--idle-exit", str(_IDLE_EXIT_S), "--log-file", "auto", "--log-level", log_level)


def find() -> RunningServer | None:
    """The server of this user that runs now and takes requests."""
    return registered_server()[1]


def find_or_start(arguments: Sequence[str], on_start: Callable[[], None] = lambda: None) -> RunningServer:
    """The server of this user; where there is none, `serve` is started with these arguments.

    Returns when it takes requests; `on_start` is called before the wait. Raises VoiceServerError with what
    kept it from starting, and ConfigError where that is a mistake in the configuration.
    """
    found = find()
    if found is not None:
        return found
    descriptor = open_private(runtime_folder() / _START_LOCK)
    try:
        if not wait_until(lambda: try_lock(descriptor), START_TIMEOUT_S):
            raise VoiceServerError("another program is still starting the server", code="not_started")
        found = find()
        if found is None:
            on_start()
            wait_until(lambda: registered_server() != (True, None), START_TIMEOUT_S)  # one may be loading
            found = find() or _start(arguments)
        return found
    finally:
        os.close(descriptor)


def wait_until_stopped(server: RunningServer, timeout_s: float) -> bool:
    """Wait until a server has ended; return whether it has within `timeout_s` seconds."""
    return wait_until(lambda: find() != server, timeout_s)


def stop(server: RunningServer) -> None:
    """Stop a server with all of its processes, by force in the end. Raises VoiceServerError."""
    for number, timeout_s in _STOP_SIGNALS:
        with suppress(ProcessLookupError):
            os.kill(server.pid, number)
        if wait_until_stopped(server, timeout_s):
            return
    raise VoiceServerError(f"the server, process {server.pid}, does not end")


def _start(arguments: Sequence[str]) -> RunningServer:
    import subprocess  # noqa: PLC0415 - most programs find a server

    log_path = runtime_folder() / _START_LOG
    with Path(os.devnull).open("r+b") as null, os.fdopen(open_private(log_path, os.O_TRUNC), "wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(CLI_SCRIPT), "serve", STARTED_BY_SAY, *arguments],
            stdin=null,
            stdout=null,
            stderr=log,
            start_new_session=True,
        )

    found: RunningServer | None = None
    try:
        wait_until(lambda: find() or process.poll() is not None, START_TIMEOUT_S)
        found = find()
    finally:
        if found is None or found.pid != process.pid:
            process.kill()
        process.returncode = process.poll() or 0  # it is meant to outlive this program: no ResourceWarning
    if found is None:
        kind = ConfigError if process.returncode == USAGE_ERROR else VoiceServerError
        raise kind(f"the server did not start: {_last_line(log_path)}", code="not_started")
    return found


def _last_line(log_path: Path) -> str:
    lines = log_path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].removeprefix("error: ") if lines else "it did not say why"
