"""Makes a backend's environment from its lock file: `voice-server setup NAME`.

Laws. What is installed is what the lock says, whichever wheels of torch it comes with. A half-made
environment is never used: a mark is set before anything else and taken away last. Whatever cannot be done is
one sentence with the command that would do it.

A machine without an NVIDIA GPU gets torch for the CPU, from a wheel folder of the user's or from PyTorch's
own index, which spares several GB; every other package comes as locked.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from voice_server.config import BackendConfig
from voice_server.errors import BackendError
from voice_server.pool.venvs import STAMP, UNFINISHED, lock_digest, python_in, worker_environment

Device = Literal["auto", "cpu", "cuda", "mps"]
Say = Callable[[str], None]

_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
_GPU_PACKAGES = re.compile(r"torch|triton|nvidia-.*|cuda-.*")
_NO_NETWORK = re.compile(
    r"dns error|error sending request|could not connect|connection (refused|reset)|timed out|network|"
    r"failed to (fetch|download)|offline",
    re.IGNORECASE,
)
_LAST_LINES = 40
_BARS_OFF = {"TQDM_DISABLE", "HF_HUB_DISABLE_PROGRESS_BARS"}


@dataclass(frozen=True, slots=True)
class Provisioning:
    """How environments are made: `find_links` are folders or pages with wheels."""

    device: Device = "auto"
    find_links: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    say: Say = print

    def make_environment(self, name: str, backend: BackendConfig) -> Path:
        """Make the backend's environment unless it is there as locked; return its folder.

        Raises BackendError.
        """
        project = backend.environment
        if not (project / "uv.lock").is_file():
            raise BackendError(f"backend {name} has no environment to set up: its folder has no uv.lock")
        venv = project / ".venv"
        wants_cpu = self._wants_cpu(project)
        if _stamp(venv) == _stamp_of(project, wants_cpu=wants_cpu):
            return venv
        shutil.rmtree(venv, ignore_errors=True)
        venv.mkdir()
        (venv / UNFINISHED).touch()
        self._uv(name, ["venv", "--allow-existing", str(venv)], project)
        self._install(name, project, wants_cpu=wants_cpu)
        (venv / STAMP).write_text(json.dumps(_stamp_of(project, wants_cpu=wants_cpu)))
        (venv / UNFINISHED).unlink()
        return venv

    def fetch_weights(self, name: str, backend: BackendConfig, *, only_find: bool = False) -> Path | None:
        """Have the backend fetch what its model needs; return where it lies, None for one without weights.

        Raises BackendError.
        """
        options = ["--find"] if only_find else []
        script = backend.adapter.parent / "weights.py"
        if not script.is_file():
            return None
        environment = worker_environment(backend, self.environ)
        if not only_find:
            # Progress bars are for people; a worker's log has no use for them.
            environment = {name: value for name, value in environment.items() if name not in _BARS_OFF}
        finished = subprocess.run(
            [str(python_in(backend.environment)), "-P", str(script), json.dumps(backend.settings), *options],
            env=_with_proxies(environment, self.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if only_find else None,
            text=True,
            check=False,
        )
        *told, last = finished.stdout.strip().split("\n")
        for line in told:
            self.say(line)
        if finished.returncode:
            raise BackendError(f"{name}: {last or 'its weights cannot be fetched'}")
        return Path(last)

    def _wants_cpu(self, project: Path) -> bool:
        """Whether torch for the CPU is put in place of the locked one, which brings CUDA."""
        if sys.platform != "linux" or not _locked_torch(project):
            return False
        if self.device == "auto":
            return shutil.which("nvidia-smi") is None and not Path("/proc/driver/nvidia").exists()
        return self.device != "cuda"

    def _install(self, name: str, project: Path, *, wants_cpu: bool) -> None:
        sync = ["sync", "--frozen", "--compile-bytecode"]
        if not wants_cpu:
            self._uv(name, sync, project)
            return
        skipped = [package for package in _locked(project) if _GPU_PACKAGES.fullmatch(package)]
        self._uv(name, [*sync, *(f"--no-install-package={package}" for package in skipped)], project)
        torch = f"torch=={_locked_torch(project)}+cpu"
        install = ["pip", "install", "--python", str(python_in(project)), "--no-deps", "--compile-bytecode"]
        links = [f"--find-links={link}" for link in self._wheel_folders()]
        if links and self._uv(name, [*install, "--no-index", *links, torch], project, may_fail=True):
            return
        self._uv(name, [*install, f"--index-url={_CPU_INDEX}", torch], project)

    def _wheel_folders(self) -> Sequence[str]:
        from_environment = f"{self.environ.get('UV_FIND_LINKS', '')} {self.environ.get('PIP_FIND_LINKS', '')}"
        return [*self.find_links, *re.split(r"[\s,]+", from_environment.strip())] if (
            self.find_links or from_environment.strip()
        ) else []  # fmt: skip

    def _uv(self, name: str, arguments: Sequence[str], project: Path, *, may_fail: bool = False) -> bool:
        """Run uv and pass on what it tells; say whether it succeeded. Raises BackendError, or may fail."""
        process = subprocess.Popen(
            [*_uv_command(name), *arguments],
            cwd=project,
            env=self._uv_environment(project),
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        assert process.stderr is not None
        lines: list[str] = []
        with process:
            for line in process.stderr:
                lines = [*lines[-_LAST_LINES:], line.strip()]
                if not may_fail and not line.startswith((" + ", " - ", " ~ ")):
                    self.say(f"  {line.strip()}")
        if process.returncode and not may_fail:
            raise _failure(name, lines)
        return not process.returncode

    def _uv_environment(self, project: Path) -> dict[str, str]:
        unwanted = {"VIRTUAL_ENV", "UV_FIND_LINKS", "PIP_FIND_LINKS"}
        kept = {key: value for key, value in self.environ.items() if key not in unwanted}
        return kept | {"UV_PROJECT_ENVIRONMENT": str(project.absolute() / ".venv"), "NO_COLOR": "1"}


def size_bytes(folder: Path) -> int:
    """What the files in a folder take on the disk, links to the same file counted once."""
    seen: dict[tuple[int, int], int] = {}
    for path in folder.rglob("*"):
        status = path.stat() if path.exists() else path.lstat()
        if path.is_file():
            seen[status.st_dev, status.st_ino] = status.st_size
    return sum(seen.values())


def _failure(name: str, lines: Sequence[str]) -> BackendError:
    told = " ".join(lines)
    if _NO_NETWORK.search(told):
        return BackendError(
            f"the packages of {name} cannot be downloaded: no way to the package index; "
            f"when there is one, run: voice-server setup {name}"
        )
    reason = next(
        (line for line in lines if line.startswith("error")), lines[-1] if lines else "no reason told"
    )
    return BackendError(f"uv could not install the packages of {name}: {reason.removeprefix('error: ')}")


def _uv_command(name: str) -> Sequence[str]:
    if shutil.which("uv"):
        return ["uv"]
    if importlib.util.find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    raise BackendError(f"to set up {name} the program uv is needed; get it with: pip install uv")


def _stamp(venv: Path) -> Any:
    try:
        return json.loads((venv / STAMP).read_text()) if not (venv / UNFINISHED).exists() else None
    except (OSError, ValueError):
        return None


def _stamp_of(project: Path, *, wants_cpu: bool) -> dict[str, object]:
    return {"lock": lock_digest(project), "torch": "cpu" if wants_cpu else "locked"}


def _locked(project: Path) -> dict[str, str]:
    packages = tomllib.loads((project / "uv.lock").read_text())["package"]
    return {package["name"]: package.get("version", "") for package in packages}


def _locked_torch(project: Path) -> str:
    return _locked(project).get("torch", "")


def _with_proxies(variables: dict[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    # Only here: a worker has no business with the package index.
    return variables | {name: environ[name] for name in environ if name.startswith("UV_")}
