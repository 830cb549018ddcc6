"""Makes a backend's environment from its lock file, and fetches its weights: `voice-server setup NAME`.

Laws. What is installed is what the lock says, whichever wheels of torch it comes with. A half-made
environment is never used: a mark is set before anything else and taken away last. One program at a time sets
a backend up. Whatever cannot be done is one sentence with the command that would do it.

The lock is exported and installed as a list with hashes, since only so does uv heed a mirror and a wheel
folder of the user's; what it installs by itself comes from the addresses in the lock. A machine without an
NVIDIA GPU gets torch for the CPU, from such a folder or from PyTorch's own index, which spares several GB.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from voice_server.config import EMBEDDED, BackendConfig
from voice_server.errors import BackendError
from voice_server.provisioning.environments import (
    STAMP,
    UNFINISHED,
    lock_digest,
    lock_set_up,
    python_in,
    worker_environment,
)

Device = Literal["auto", "cpu", "cuda", "mps"]
Print = Callable[[str], None]

_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
_GPU_PACKAGES = re.compile(r"torch|triton|nvidia-.*|cuda-.*")
_NO_NETWORK = re.compile(
    r"dns error|error sending request|could not connect|connection (refused|reset)|timed out|"
    r"network (was|connectivity is) disabled|request failed|failed to (fetch|download)",
    re.IGNORECASE,
)
_UNTOLD = (" + ", " - ", " ~ ", "Activate with", "Creating virtual environment")
_PIN = re.compile(r"^([\w.\[\],-]+)==(?!=)", re.MULTILINE)
"""`torch==2.13.0` would take `2.13.0+cpu` from a folder of wheels, `===` takes only what is locked."""
_LAST_LINES = 40
_REQUIREMENTS = "voice-server-requirements.txt"
_DISCARDED = ".venv.discarded"
_LOOK_S, _LOOKS = 0.1, 10
_BARS_OFF = {"TQDM_DISABLE", "HF_HUB_DISABLE_PROGRESS_BARS"}


@dataclass(frozen=True, slots=True)
class SetUpFolders:
    """Where a backend's environment and its weights lie; None for one without weights, or not asked for."""

    environment: Path
    weights: Path | None = None


@dataclass(frozen=True, slots=True)
class Provisioner:
    """How environments are made: `find_links` are folders or pages with wheels."""

    device: Device = "auto"
    find_links: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    say: Print = print

    def set_up(self, name: str, backend: BackendConfig, *, weights: bool = True) -> SetUpFolders:
        """Make the backend's environment, and fetch its weights, unless they are there as locked.

        Raises BackendError.
        """
        project = backend.environment.absolute()
        if not (project / "uv.lock").is_file():
            raise BackendError(f"backend {name} has no environment to set up: {_without_lock(backend)}")
        with self._alone(name, project) as lock:
            self._make_environment(name, project, lock)
            folder = self.fetch_weights(name, backend) if weights else None
            if folder is not None:
                _write_stamp(project, _stamp(project) | {"weights": _weights_of(backend)})
        return SetUpFolders(project / ".venv", folder)

    @contextmanager
    def _alone(self, name: str, project: Path) -> Iterator[int]:
        """Wait until no other program sets up the same backend; yields what an installer must inherit."""
        looks = 0
        while (lock := lock_set_up(project)) is None:
            looks += 1
            if looks == _LOOKS:
                self.say(f"{name}: another program is setting it up; waiting for it")
            time.sleep(_LOOK_S)
        try:
            yield lock
        finally:
            os.close(lock)

    def _make_environment(self, name: str, project: Path, lock: int) -> None:
        venv = project / ".venv"
        wanted, found = self._wanted_stamp(project), _stamp(project)
        if all(found.get(key) == wanted[key] for key in ("lock", "torch")):
            _write_stamp(project, found | wanted)
            return
        # Renamed first: an environment that is half deleted would look like one that the user made.
        shutil.rmtree(project / _DISCARDED, ignore_errors=True)
        with suppress(FileNotFoundError):
            venv.rename(project / _DISCARDED)
        shutil.rmtree(project / _DISCARDED, ignore_errors=True)
        venv.mkdir()
        (venv / UNFINISHED).touch()
        uv = _Uv(name, project, lock, self.environ, self.say)
        uv.run("venv", "--allow-existing", str(venv))
        self._install(uv, project, wants_cpu=wanted["torch"] == "cpu")
        _write_stamp(project, wanted)
        (venv / UNFINISHED).unlink()

    def _wanted_stamp(self, project: Path) -> dict[str, str]:
        # Who has chosen a device once need not say so again.
        device = self.device if self.device != "auto" else _stamp(project).get("device", "auto")
        torch = "cpu" if _wants_cpu(device, project) else "locked"
        return {"lock": lock_digest(project), "torch": torch, "device": device}

    def _install(self, uv: _Uv, project: Path, *, wants_cpu: bool) -> None:
        install = ["pip", "install", f"--python={python_in(project)}", "--no-deps", "--compile-bytecode"]
        links = [f"--find-links={link}" for link in self._wheel_folders()]
        locked = _locked(project)
        if wants_cpu:
            self._install_torch(uv, f"torch=={locked['torch']}+cpu", install, links)
        requirements = project / ".venv" / _REQUIREMENTS
        export = ["export", "--quiet", "--frozen", "--no-annotate", "--no-header"]
        skipped = [package for package in locked if wants_cpu and _GPU_PACKAGES.fullmatch(package)]
        without = [f"--no-emit-package={package}" for package in skipped]
        uv.run(*export, *without, f"--output-file={requirements}")
        requirements.write_text(_PIN.sub(r"\1===", requirements.read_text()))
        uv.run(*install, *links, f"--requirements={requirements}")

    def _install_torch(self, uv: _Uv, torch: str, install: Sequence[str], links: Sequence[str]) -> None:
        self.say(f"  {torch}")
        if links:
            with suppress(BackendError):
                uv.run(*install, "--no-index", *links, torch)
                return
        uv.run(*install, f"--index={_CPU_INDEX}", torch, what=torch)

    def _wheel_folders(self) -> Sequence[str]:
        # uv separates them by commas, pip by blanks.
        from_uv = self.environ.get("UV_FIND_LINKS", "").split(",")
        from_pip = self.environ.get("PIP_FIND_LINKS", "").split()
        return [*self.find_links, *filter(None, map(str.strip, from_uv)), *from_pip]

    def fetch_weights(self, name: str, backend: BackendConfig, *, only_find: bool = False) -> Path | None:
        """Have the backend fetch what its model needs; return where it lies, None for one without weights.

        Raises BackendError.
        """
        options = ["--find"] if only_find else []
        script = backend.adapter.parent.absolute() / "weights.py"
        if not script.is_file():
            return None
        environment = worker_environment(backend, self.environ)
        if not only_find:
            # Progress bars are for people; a worker's log has no use for them.
            environment = {name: value for name, value in environment.items() if name not in _BARS_OFF}
        python = python_in(backend.environment.absolute())
        finished = subprocess.run(
            [str(python), "-P", str(script), json.dumps(backend.settings), *options],
            cwd=backend.folder,
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
        return backend.folder / last


@dataclass(frozen=True, slots=True)
class _Uv:
    """Runs uv in a project; it inherits the lock, so that one that outlives us is waited for."""

    name: str
    project: Path
    lock: int
    environ: Mapping[str, str]
    say: Print

    def run(self, *arguments: str, what: str = "packages") -> None:
        """Run uv and pass on what it tells. Raises BackendError, which says what could not be installed."""
        process = subprocess.Popen(
            [*_uv_command(self.name), *arguments],
            cwd=self.project,
            env=self._environment(),
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[self.lock],
            text=True,
        )
        assert process.stderr is not None
        lines: list[str] = []
        with process:
            for line in process.stderr:
                # From the first complaint on all goes into the error's one sentence.
                if lines or line.startswith("error"):
                    lines = [*lines[-_LAST_LINES:], line.strip()]
                elif line.strip() and not line.startswith(_UNTOLD):
                    self.say(f"  {line.strip()}")
        if process.returncode:
            raise self._failure(what, lines)

    def _failure(self, what: str, lines: Sequence[str]) -> BackendError:
        if _NO_NETWORK.search(" ".join(lines)):
            return BackendError(
                f"{what} for {self.name} cannot be downloaded: no way to the package index; when there is "
                f"one, or with a folder of wheels (--find-links FOLDER), run: voice-server setup {self.name}"
            )
        reason = lines[0].removeprefix("error: ") if lines else "it was ended"
        return BackendError(f"uv could not install {what} for {self.name}: {reason}")

    def _environment(self) -> dict[str, str]:
        unwanted = {"VIRTUAL_ENV", "UV_FIND_LINKS", "PIP_FIND_LINKS"}
        kept = {key: value for key, value in self.environ.items() if key not in unwanted}
        return kept | {"UV_PROJECT_ENVIRONMENT": str(self.project / ".venv"), "NO_COLOR": "1"}


def is_set_up(backend: BackendConfig) -> bool:
    """Whether `set_up` has nothing to do; an environment that the user made is the user's business."""
    stamp = _stamp(backend.environment)
    has_weights = (backend.adapter.parent / "weights.py").is_file()
    return not stamp or not has_weights or stamp.get("weights") == _weights_of(backend)


def size_bytes(folder: Path) -> int:
    """What the files in a folder take on the disk, links to the same file counted once."""
    seen: dict[tuple[int, int], int] = {}
    for path in folder.rglob("*"):
        status = path.stat() if path.exists() else path.lstat()
        if path.is_file():
            seen[status.st_dev, status.st_ino] = status.st_size
    return sum(seen.values())


def _without_lock(backend: BackendConfig) -> str:
    if backend.environment == EMBEDDED:
        return "it runs in the server's own"
    if backend.environment.is_file():
        return f"{backend.environment.name} is a python of yours"
    return f"there is no uv.lock in {backend.environment.name} (uv lock makes one)"


def shown(folder: Path) -> str:
    """A folder's place as people write it."""
    resolved = folder.resolve()
    try:
        return f"~/{resolved.relative_to(Path.home())}"
    except ValueError:
        return str(resolved)


def _uv_command(name: str) -> Sequence[str]:
    if shutil.which("uv"):
        return ["uv"]
    if importlib.util.find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    raise BackendError(f"to set up {name} the program uv is needed; get it with: pip install uv")


def _stamp(project: Path) -> dict[str, str]:
    """What `set_up` wrote into the environment; nothing where it has not been, or not to its end."""
    venv = project / ".venv"
    try:
        found = json.loads((venv / STAMP).read_text()) if not (venv / UNFINISHED).exists() else {}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_stamp(project: Path, stamp: Mapping[str, str]) -> None:
    (project / ".venv" / STAMP).write_text(json.dumps(stamp))


def _weights_of(backend: BackendConfig) -> str:
    """What tells whether other weights are needed than those that were fetched."""
    return json.dumps([str(backend.folder), backend.settings], sort_keys=True)


def _wants_cpu(device: str, project: Path) -> bool:
    """Whether torch for the CPU is put in place of the locked one, which brings CUDA."""
    if sys.platform != "linux" or "torch" not in _locked(project):
        return False
    if device == "auto":
        return shutil.which("nvidia-smi") is None and not Path("/proc/driver/nvidia").exists()
    return device != "cuda"


def _locked(project: Path) -> dict[str, str]:
    packages = tomllib.loads((project / "uv.lock").read_text())["package"]
    return {package["name"]: package.get("version", "") for package in packages}


def _with_proxies(variables: dict[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    # Only here: a worker has no business with the package index.
    return variables | {name: environ[name] for name in environ if name.startswith("UV_")}
