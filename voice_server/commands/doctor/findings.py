"""The checks of one backend: environment, packages, weights, start, and the adapter's contract."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voice_server.commands.doctor.environment_probe import ProbeFailed, probe_environment
from voice_server.core.types import ReadyBackend
from voice_server.errors import BackendError, NotSetUp

if TYPE_CHECKING:
    from voice_server.config import BackendConfig

_SET_UP, _ENVIRONMENT, _PACKAGES, _WEIGHTS, STARTS = (
    "is set up",
    "environment",
    "packages",
    "weights",
    "starts",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; `detail` is a sentence or a figure for people."""

    backend: str
    name: str
    passed: bool
    detail: str = ""

    @property
    def is_absence(self) -> bool:
        """Whether the backend has not been set up, as opposed to being broken."""
        return not self.passed and self.name in (_SET_UP, _WEIGHTS)


async def findings_of(
    name: str, backend: BackendConfig, *, quick: bool, listen: bool = False
) -> AsyncIterator[Finding]:
    """Check a backend; `quick` leaves the contract out, `listen` has a recogniser listen to it.

    Checks that need one that failed are left out.
    """
    all_passed = True
    async for finding in _findings_before_start(name, backend):
        yield finding
        all_passed = all_passed and finding.passed
    if all_passed:
        async for finding in _findings_running(name, backend, quick=quick, listen=listen):
            yield finding


async def _findings_before_start(name: str, backend: BackendConfig) -> AsyncIterator[Finding]:
    """Check what can be checked without starting the backend."""
    from voice_server.provisioning.environments import python_of  # noqa: PLC0415 - not needed for --help

    try:
        python = python_of(name, backend.environment)
    except NotSetUp as error:
        yield Finding(name, _SET_UP, passed=False, detail=error.message)
        return
    environment = await _environment_findings(name, backend, python)
    for finding in environment:
        yield finding
    if not all(finding.passed for finding in environment):
        return
    weights = await asyncio.to_thread(_weights_finding, name, backend)
    if weights is not None:
        yield weights


async def _findings_running(
    name: str, backend: BackendConfig, *, quick: bool, listen: bool
) -> AsyncIterator[Finding]:
    """Start the backend and check it."""
    from voice_server.commands.doctor.listening_checks import listening_checks  # noqa: PLC0415 - see above
    from voice_server.pool.conformance import checks_of  # noqa: PLC0415 - not needed for --help
    from voice_server.pool.local_pool import LocalPool  # noqa: PLC0415

    started_at = time.perf_counter()
    async with LocalPool({name: backend}) as pool:
        status = pool.backends[name]
        if status.ready is None:
            yield Finding(name, STARTS, passed=False, detail=status.error)
            return
        start_s = time.perf_counter() - started_at
        yield Finding(name, STARTS, passed=True, detail=_start_detail(status.ready, start_s))
        if not quick:
            async for check in checks_of(pool, name):
                if check.name != STARTS:
                    yield Finding(name, check.name, check.passed, check.detail)
        if listen:
            async for check in listening_checks(pool, name, backend, status.ready):
                yield Finding(name, check.name, check.passed, check.detail)


async def _environment_findings(name: str, backend: BackendConfig, python: str) -> list[Finding]:
    """Check the environment: where it is, and the versions of the packages that the engine needs."""
    location = await asyncio.to_thread(_location, backend.environment)
    try:
        probed = await probe_environment(backend, python)
    except ProbeFailed as error:
        detail = f"{location}: {error}{_remedy(name, backend)}"
        return [Finding(name, _ENVIRONMENT, passed=False, detail=detail)]
    detail = f"{location}, Python {probed.python} on {probed.device}"
    found = [Finding(name, _ENVIRONMENT, passed=True, detail=detail)]
    missing = [package for package, version in probed.versions.items() if version is None]
    if missing:
        detail = f"not installed: {', '.join(missing)}{_remedy(name, backend)}"
        found.append(Finding(name, _PACKAGES, passed=False, detail=detail))
    elif probed.versions:
        detail = ", ".join(f"{package} {version}" for package, version in probed.versions.items())
        found.append(Finding(name, _PACKAGES, passed=True, detail=detail))
    return found


def _weights_finding(name: str, backend: BackendConfig) -> Finding | None:
    """Check that the model's weights are on this machine; None for an engine that needs none."""
    from voice_server.provisioning.folders import shown, size_bytes  # noqa: PLC0415 - see above
    from voice_server.provisioning.weights import find_weights  # noqa: PLC0415 - see above

    try:
        folder = find_weights(name, backend)
    except BackendError as error:
        return Finding(name, _WEIGHTS, passed=False, detail=error.message)
    if folder is None:
        return None
    return Finding(name, _WEIGHTS, passed=True, detail=f"{shown(folder)}, {size_bytes(folder) / 1e9:.2f} GB")


def _start_detail(ready: ReadyBackend, start_s: float) -> str:
    languages = {voice.language for voice in ready.voices}
    return (
        f"{start_s:.2f} s until warm, {ready.sample_rate_hz} Hz, {len(ready.voices)} voices in "
        f"{len(languages)} languages"
    )


def _remedy(name: str, backend: BackendConfig) -> str:
    from voice_server.provisioning.environments import has_lock_file  # noqa: PLC0415 - not needed for --help

    return f"; delete it and run: voice-server setup {name}" if has_lock_file(backend) else ""


def _location(environment: Path) -> str:
    from voice_server.config import EMBEDDED  # noqa: PLC0415 - see above
    from voice_server.home.home_folders import environment_of  # noqa: PLC0415
    from voice_server.provisioning.folders import shown, size_bytes  # noqa: PLC0415

    if environment == EMBEDDED:
        return f"the server's own, {shown(Path(sys.prefix))}"
    if environment.is_file():
        return shown(environment)
    venv = environment_of(environment)
    return f"{shown(venv)}, {size_bytes(venv) / 1e9:.2f} GB"
