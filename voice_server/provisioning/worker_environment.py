"""The environment variables of a backend's workers.

A worker gets the variables it needs and no others: the server's secrets stay with the server. Names that
start with one of the prefixes below belong to libraries and drivers and are passed on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from voice_server.config import BackendConfig
from voice_server.home.home_folders import DATA_VARIABLE, home_folders
from voice_server.worker.cache_folder import CACHE_VARIABLE
from voice_server.worker.samples import SAMPLES_VARIABLE

_PASSED = {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH"}
_PASSED |= {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}
_PASSED |= {"http_proxy", "https_proxy", "no_proxy"}
_PASSED_PREFIXES = ("LC_", "HF_", "CUDA_", "NVIDIA_", "XDG_", "HIP_", "ROCR_", "ESPEAK_", "TORCH_")

_QUIET = {
    "OMP_WAIT_POLICY": "PASSIVE",  # a thread that spins takes the core that another worker needs
    "TOKENIZERS_PARALLELISM": "false",
    "TQDM_DISABLE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "ORT_DISABLE_TELEMETRY": "1",  # ONNX Runtime reports to its maker from version 1.32 on
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONUTF8": "1",
}


def worker_environment(backend: BackendConfig, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables of a backend's workers; what `env` in backends.yaml says comes last."""
    variables = {
        name: value for name, value in environ.items() if name in _PASSED or name.startswith(_PASSED_PREFIXES)
    }
    threads = max(1, _cores() // backend.workers)
    variables |= _QUIET | {"OMP_NUM_THREADS": str(threads)} | _own_folders(environ)
    if backend.samples is not None:
        variables[SAMPLES_VARIABLE] = str(backend.samples.absolute())
    for name, value in backend.env.items():
        if value is not None:
            variables[name] = value
        elif name in environ:
            variables[name] = environ[name]
    return variables


def _own_folders(environ: Mapping[str, str]) -> dict[str, str]:
    """What tells a worker, and the libraries in it, where this user's files lie."""
    folders = home_folders()
    told = {DATA_VARIABLE: str(folders.data.absolute()), CACHE_VARIABLE: str(folders.cache)}
    if folders.named is not None:
        told["XDG_CACHE_HOME"] = str(folders.cache.parent)
    if folders.model_hub is not None and not environ.get("HF_HOME"):
        told["HF_HOME"] = str(folders.model_hub)
    return told


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
