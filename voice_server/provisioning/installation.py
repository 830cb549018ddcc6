"""Makes a backend's environment from its lock file, and fetches its weights: `voice-server setup NAME`.

Rules. What is installed is what the lock says, whichever wheels of torch it comes with. A half-made
environment is never used: a mark is set before anything else and removed last. One program at a time sets a
backend up. Whatever cannot be done is one sentence with the command that would do it.

The lock is exported and installed as a list with hashes, because only then does uv use the mirrors and wheel
folders that the user names; `uv sync` takes the addresses in the lock. A machine without an
NVIDIA GPU gets torch for the CPU, from such a folder or from PyTorch's own index, which spares several GB.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from voice_server.config import EMBEDDED, BackendConfig
from voice_server.errors import BackendError
from voice_server.home.home_folders import environment_of
from voice_server.provisioning.engine_facts import facts_of
from voice_server.provisioning.environments import lock_set_up, python_in
from voice_server.provisioning.package_groups import groups_of
from voice_server.provisioning.set_up_stamp import (
    LEFT_OUT,
    UNFINISHED,
    lock_digest,
    read_choices,
    read_stamp,
    write_stamp,
)
from voice_server.provisioning.uv_runner import UvRunner
from voice_server.provisioning.weights import fetch_weights, has_weights, weights_key

Device = Literal["auto", "cpu", "cuda", "mps"]
Report = Callable[[str], None]

_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
_GPU_PACKAGES = re.compile(r"torch|triton|nvidia-.*|cuda-.*")
_PIN = re.compile(r"^([\w.\[\],-]+)==(?!=)", re.MULTILINE)
"""`torch==2.13.0` would take `2.13.0+cpu` from a folder of wheels, `===` takes only what is locked."""
_REQUIREMENTS = "voice-server-requirements.txt"
_DISCARDED = ".venv.discarded"
_PROJECT_FILES = ("pyproject.toml", "uv.lock")
_LOCK_POLL_S = 0.1
_POLLS_BEFORE_REPORT = 10


@dataclass(frozen=True, slots=True)
class SetUpFolders:
    """Where a backend's environment and its weights lie; None for one without weights, or not asked for."""

    environment: Path
    weights: Path | None = None


@dataclass(frozen=True, slots=True)
class Provisioner:
    """How environments are made: `find_links` are folders or pages with wheels.

    The groups `without` are left out of this and later set-ups, until one names them in `with_groups`.
    """

    device: Device = "auto"
    find_links: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    report: Report = print
    with_groups: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def left_out(self, project: Path) -> frozenset[str]:
        """The groups of a project's packages that a set-up leaves out."""
        before = read_choices(project).get(LEFT_OUT, "").split(",")
        return (groups_of(project) & {*before, *self.without}) - self.with_groups

    def told_sizes(self, name: str, backend: BackendConfig) -> str:
        """What a set-up downloads, how long that takes and what will lie on the disk, before it is begun.

        Raises ConfigError for an engine whose folder says it wrongly.
        """
        project, facts = backend.environment, facts_of(name, backend)
        if facts is None:
            return "its size is not known; it may take some minutes"
        facts = facts.without(self.left_out(project))
        if sys.platform == "linux" and "torch" in _locked(project) and not self._wants_cpu(project):
            facts = facts.with_cuda()
        return facts.sizes

    def set_up(
        self,
        name: str,
        backend: BackendConfig,
        *,
        weights: bool = True,
        try_out: Callable[[BackendConfig], None] = lambda _backend: None,
    ) -> SetUpFolders:
        """Make the backend's environment, and fetch its weights, unless they are there as locked.

        `try_out` is called behind that with the backend as it can be started then, while all other programs
        still take it for one that is being set up. Raises BackendError.
        """
        project = backend.environment.absolute()
        if not (project / "uv.lock").is_file():
            raise BackendError(f"backend {name} has no environment to set up: {_without_lock(backend)}")
        try:
            environment_of(project).parent.mkdir(parents=True, exist_ok=True)
            with self._exclusively(name, project) as lock:
                self._make_environment(name, project, lock)
                folder = fetch_weights(name, backend, self.environ, self.report) if weights else None
                if folder is not None:
                    _note_weights(project, weights_key(backend))
                try_out(msgspec.structs.replace(backend, environment=python_in(project)))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise BackendError(f"{name} cannot be set up here: {reason}") from None
        return SetUpFolders(environment_of(project), folder)

    @contextmanager
    def _exclusively(self, name: str, project: Path) -> Iterator[int]:
        """Wait until no other program sets up the same backend; yields the lock for installers to inherit."""
        polls = 0
        while (lock := lock_set_up(project)) is None:
            polls += 1
            if polls == _POLLS_BEFORE_REPORT:
                self.report(f"{name}: another program is setting it up; waiting for it")
            time.sleep(_LOCK_POLL_S)
        try:
            yield lock
        finally:
            os.close(lock)

    def _make_environment(self, name: str, project: Path, lock: int) -> None:
        venv = environment_of(project)
        wanted, found, left_out = self._wanted_stamp(project), read_stamp(project), self.left_out(project)
        if all(found.get(key, "") == wanted[key] for key in ("lock", "torch", LEFT_OUT)):
            if found | wanted != found:
                write_stamp(project, found | wanted)
            return
        # Renamed first: a half-deleted environment would look like one that the user made.
        discarded = venv.with_name(_DISCARDED)
        shutil.rmtree(discarded, ignore_errors=True)
        with suppress(FileNotFoundError):
            venv.rename(discarded)
        shutil.rmtree(discarded, ignore_errors=True)
        venv.mkdir()
        (venv / UNFINISHED).write_text(json.dumps(wanted))
        with _workplace(project) as folder:
            uv = UvRunner(name, folder, lock, self.environ, self.report)
            uv.run("venv", "--allow-existing", str(venv))
            self._install(uv, project, left_out, wants_cpu=wanted["torch"] == "cpu")
        write_stamp(project, wanted)
        (venv / UNFINISHED).unlink()

    def _wanted_stamp(self, project: Path) -> dict[str, str]:
        return {
            "lock": lock_digest(project),
            "torch": "cpu" if self._wants_cpu(project) else "locked",
            "device": self._device_of(project),
            LEFT_OUT: ",".join(sorted(self.left_out(project))),
        }

    def _device_of(self, project: Path) -> str:
        # A device that was chosen once is kept until another one is named.
        return self.device if self.device != "auto" else read_choices(project).get("device", "auto")

    def _wants_cpu(self, project: Path) -> bool:
        """Whether torch for the CPU is put in place of the locked one, which brings CUDA."""
        if sys.platform != "linux" or "torch" not in _locked(project):
            return False
        device = self._device_of(project)
        if device == "auto":
            return shutil.which("nvidia-smi") is None and not Path("/proc/driver/nvidia").exists()
        return device != "cuda"

    def _install(self, uv: UvRunner, project: Path, left_out: frozenset[str], *, wants_cpu: bool) -> None:
        # Byte code is left to the first start, which uses a fifth of the files and compiles them in no time.
        install = ["pip", "install", f"--python={python_in(project)}", "--no-deps", "--no-compile-bytecode"]
        links = [f"--find-links={link}" for link in self._wheel_folders()]
        locked = _locked(project)
        if wants_cpu:
            self._install_torch(uv, f"torch=={locked['torch']}+cpu", install, links)
        requirements = environment_of(project) / _REQUIREMENTS
        export = ["export", "--quiet", "--frozen", "--no-annotate", "--no-header"]
        skipped = [package for package in locked if wants_cpu and _GPU_PACKAGES.fullmatch(package)]
        without = [f"--no-emit-package={package}" for package in skipped]
        without += [f"--no-group={group}" for group in sorted(left_out)]
        uv.run(*export, *without, f"--output-file={requirements}")
        requirements.write_text(_PIN.sub(r"\1===", requirements.read_text()))
        uv.run(*install, *links, f"--requirements={requirements}")

    def _install_torch(self, uv: UvRunner, torch: str, install: Sequence[str], links: Sequence[str]) -> None:
        self.report(f"  {torch}")
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


def _note_weights(project: Path, key: str) -> None:
    """Write into the environment that its weights were fetched.

    One that nobody may write, in the image of a container, gets no such note: the next set-up looks for the
    weights again, and downloads nothing.
    """
    stamp = read_stamp(project)
    try:
        write_stamp(project, stamp | {"weights": key})
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES):
            raise


def is_set_up(backend: BackendConfig) -> bool:
    """Whether `set_up` has nothing to do; an environment that the user made is the user's business."""
    stamp = read_stamp(backend.environment)
    return not stamp or not has_weights(backend) or stamp.get("weights") == weights_key(backend)


@contextmanager
def _workplace(project: Path) -> Iterator[Path]:
    """Where uv runs: in the project, or in a copy of what it reads where the environment lies elsewhere.

    The project then came with this package, which may lie where nobody may write, or in uv's cache, in which
    uv refuses to work on a project.
    """
    if environment_of(project).parent == project:
        yield project
        return
    with tempfile.TemporaryDirectory(prefix="voice-server-") as folder:
        for name in _PROJECT_FILES:
            with suppress(FileNotFoundError):
                shutil.copy(project / name, folder)
        yield Path(folder)


def _without_lock(backend: BackendConfig) -> str:
    if backend.environment == EMBEDDED:
        return "it runs in the server's own"
    if backend.environment.is_file():
        return f"{backend.environment.name} is a python of yours"
    return f"there is no uv.lock in {backend.environment.name} (uv lock makes one)"


def _locked(project: Path) -> dict[str, str]:
    packages = tomllib.loads((project / "uv.lock").read_text())["package"]
    return {package["name"]: package.get("version", "") for package in packages}
