"""Which python runs a backend's workers, and whether its environment has been or is being set up."""

from __future__ import annotations

import fcntl
import os
import sys
from contextlib import suppress
from pathlib import Path

from voice_server.config import EMBEDDED, BackendConfig
from voice_server.errors import NotSetUp
from voice_server.home.home_folders import environment_of
from voice_server.provisioning.set_up_stamp import STAMP, UNFINISHED, is_outdated


def python_of(name: str, environment: Path) -> str:
    """Return the interpreter of a backend's environment: our own, a uv project's, or the one named.

    Raises NotSetUp, which says what to run, when it is not there.
    """
    if environment == EMBEDDED:
        return sys.executable
    if environment.is_file():
        return str(environment)
    venv = environment_of(environment)
    python = python_in(environment)
    command = f"run: voice-server setup {name}"
    if is_being_set_up(environment):
        raise NotSetUp(f"backend {name} is being set up, which takes some minutes; ask again later")
    if (venv / UNFINISHED).exists():
        raise NotSetUp(f"the set-up of backend {name} was broken off; {command}")
    if not python.is_file() or not (venv / "pyvenv.cfg").is_file():
        if not (environment / "uv.lock").is_file():
            what = f"{environment.name} is neither a python nor a folder with a uv.lock"
            raise NotSetUp(
                f"backend {name} has no environment: {what}; `environment` in backends.yaml names it"
            )
        raise NotSetUp(f"backend {name} is not set up; {command}")
    if is_outdated(environment):
        raise NotSetUp(f"backend {name} has new requirements; {command}")
    return str(python)


def python_in(project: Path) -> Path:
    """Return where the interpreter of a uv project's environment is, or would be."""
    return environment_of(project) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def set_up_at(project: Path) -> int:
    """Return when the environment was last set up, as a number that is another one after each time."""
    for mark in (STAMP, "pyvenv.cfg"):
        with suppress(OSError):
            return (environment_of(project) / mark).stat().st_mtime_ns
    return 0


def lock_set_up(project: Path, kind: int = fcntl.LOCK_EX) -> int | None:
    """Return a descriptor that keeps every other program from setting up the same backend; None if one does.

    The lock is held as long as the descriptor is open anywhere: a program that inherits it holds it too, so
    that an installer which outlives us is waited for. Raises OSError, also where nothing was ever set up.
    """
    descriptor = os.open(environment_of(project).parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        pass  # a file system without locks: two set-ups at once are the user's business
    return descriptor


def is_being_set_up(project: Path) -> bool:
    """Whether some program is setting up the backend of this project at the moment."""
    try:
        descriptor = lock_set_up(project, fcntl.LOCK_SH)
    except OSError:
        return False
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None


def has_lock_file(backend: BackendConfig) -> bool:
    """Whether a backend has an environment of its own that can be set up."""
    return (backend.environment / "uv.lock").is_file()
