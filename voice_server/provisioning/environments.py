"""Which python runs a backend's workers, and what their environment holds.

A worker gets the variables it needs and no others: the server's secrets stay with the server. Names that
start with one of the prefixes below belong to libraries and drivers and are passed on.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from voice_server.config import EMBEDDED, BackendConfig
from voice_server.errors import NotSetUp
from voice_server.worker.samples import SAMPLES_VARIABLE

UNFINISHED = ".voice-server-unfinished"
"""Lies in an environment from before the first package until after the last."""
STAMP = "voice-server.json"
"""Lies in an environment that `voice-server setup` made: the lock file, and whose weights were fetched."""

_PASSED = {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH"}
_PASSED |= {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}
_PASSED |= {"http_proxy", "https_proxy", "no_proxy"}
_PASSED_PREFIXES = ("LC_", "HF_", "CUDA_", "NVIDIA_", "XDG_", "HIP_", "ROCR_", "ESPEAK_", "TORCH_")

_QUIET = {
    "OMP_WAIT_POLICY": "PASSIVE",  # a thread that spins takes the core that another worker needs
    "TOKENIZERS_PARALLELISM": "false",
    "TQDM_DISABLE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONUTF8": "1",
}


def python_of(name: str, environment: Path) -> str:
    """Return the interpreter of a backend's environment: our own, a uv project's, or the one named.

    Raises NotSetUp, which says what to run, when it is not there.
    """
    if environment == EMBEDDED:
        return sys.executable
    if environment.is_file():
        return str(environment)
    venv = environment / ".venv"
    python = python_in(environment)
    command = f"run: voice-server setup {name}"
    if is_being_set_up(environment):
        raise NotSetUp(f"backend {name} is being set up, which takes some minutes; ask again later")
    if (venv / UNFINISHED).exists():
        raise NotSetUp(f"the set-up of backend {name} was broken off; {command}")
    if not python.is_file() or not (venv / "pyvenv.cfg").is_file():
        if not (environment / "uv.lock").is_file():
            what = f"{environment.name} is neither a python nor a folder with a uv.lock"
            raise NotSetUp(f"backend {name} has no environment: {what}")
        raise NotSetUp(f"backend {name} is not set up; {command}")
    if _is_outdated(environment):
        raise NotSetUp(f"backend {name} has new requirements; {command}")
    return str(python)


def python_in(project: Path) -> Path:
    """Return where the interpreter of a uv project's environment is, or would be."""
    return project / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def set_up_at(project: Path) -> int:
    """Return when the environment was last set up, as a number that is another one after each time."""
    for mark in (STAMP, "pyvenv.cfg"):
        with suppress(OSError):
            return (project / ".venv" / mark).stat().st_mtime_ns
    return 0


def lock_set_up(project: Path, kind: int = fcntl.LOCK_EX) -> int | None:
    """Return a descriptor that keeps every other program from setting up the same backend; None if one does.

    The lock is held as long as the descriptor is open anywhere: a program that inherits it holds it too, so
    that an installer which outlives us is waited for. Raises OSError.
    """
    descriptor = os.open(project, os.O_RDONLY)
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


def lock_digest(project: Path) -> str:
    """Return what identifies the contents of a project's lock file."""
    return hashlib.sha256((project / "uv.lock").read_bytes()).hexdigest()


def _is_outdated(project: Path) -> bool:
    """Whether `voice-server setup` made the environment from another lock file than the present one."""
    try:
        stamp = json.loads((project / ".venv" / STAMP).read_text())
        return bool(stamp["lock"] != lock_digest(project))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def worker_environment(backend: BackendConfig, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables of a backend's workers; what `env` in backends.yaml says comes last."""
    variables = {
        name: value for name, value in environ.items() if name in _PASSED or name.startswith(_PASSED_PREFIXES)
    }
    threads = max(1, _cores() // backend.workers)
    variables |= _QUIET | {"OMP_NUM_THREADS": str(threads)}
    if backend.samples is not None:
        variables[SAMPLES_VARIABLE] = str(backend.samples.absolute())
    for name, value in backend.env.items():
        if value is not None:
            variables[name] = value
        elif name in environ:
            variables[name] = environ[name]
    return variables


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
