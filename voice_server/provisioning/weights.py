"""A backend's weights, which its own script `weights.py` finds and fetches.

The script runs in the backend's environment; its first argument is the backend's settings as JSON. It prints
what a user should see and, as its last line, the folder or the reason why there is none.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from voice_server.config import BackendConfig
from voice_server.errors import BackendError
from voice_server.provisioning.environments import python_in
from voice_server.provisioning.worker_environment import worker_environment

_PROGRESS_BARS_OFF = {"TQDM_DISABLE", "HF_HUB_DISABLE_PROGRESS_BARS"}


def has_weights(backend: BackendConfig) -> bool:
    """Whether a backend has weights at all."""
    return _script_of(backend).is_file()


def weights_key(backend: BackendConfig) -> str:
    """Return a string that differs when other weights are needed than those that were fetched."""
    folder = str(backend.folder) if backend.settings else ""  # paths in the settings are relative to it
    return json.dumps([folder, backend.settings], sort_keys=True)


def fetch_weights(
    name: str,
    backend: BackendConfig,
    environ: Mapping[str, str] = os.environ,
    report: Callable[[str], None] = print,
) -> Path | None:
    """Fetch what is missing of a backend's weights; return their folder, None for a backend without weights.

    `environ` are the variables to choose the script's from, `report` gets each line that a user should see.
    Raises BackendError.
    """
    variables = worker_environment(backend, environ)
    # A worker's log has no use for progress bars, people have.
    with_bars = {key: value for key, value in variables.items() if key not in _PROGRESS_BARS_OFF}
    return _run_script(name, backend, with_bars | _uv_variables(environ), report)


def find_weights(
    name: str,
    backend: BackendConfig,
    environ: Mapping[str, str] = os.environ,
    report: Callable[[str], None] = print,
) -> Path | None:
    """Return the folder of a backend's weights, None for a backend without weights, and fetch nothing.

    Raises BackendError when they are missing.
    """
    variables = worker_environment(backend, environ) | _uv_variables(environ)
    return _run_script(name, backend, variables, report, "--find", stderr=subprocess.DEVNULL)


def _uv_variables(environ: Mapping[str, str]) -> dict[str, str]:
    # Only here: a worker never asks the package index.
    return {name: value for name, value in environ.items() if name.startswith("UV_")}


def _run_script(
    name: str,
    backend: BackendConfig,
    variables: Mapping[str, str],
    report: Callable[[str], None],
    *options: str,
    stderr: int | None = None,
) -> Path | None:
    if not has_weights(backend):
        return None
    python = python_in(backend.environment.absolute())
    finished = subprocess.run(
        [str(python), "-P", str(_script_of(backend)), json.dumps(backend.settings), *options],
        cwd=backend.folder,
        env=dict(variables),
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        check=False,
    )
    *lines, last = finished.stdout.strip().split("\n")
    for line in lines:
        report(line)
    if finished.returncode:
        raise BackendError(f"{name}: {last or 'its weights cannot be fetched'}")
    return backend.folder / last


def _script_of(backend: BackendConfig) -> Path:
    return backend.adapter.parent.absolute() / "weights.py"
