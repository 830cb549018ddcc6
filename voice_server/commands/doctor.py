"""`voice-server doctor`: looks at every backend: environment, voices, whether it keeps the contract."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
import sys
import time
import tomllib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import json_option
from voice_server.commands.shared.terminal import print_note
from voice_server.core.types import ReadyBackend
from voice_server.errors import BackendError, NotSetUp, UnknownName

if TYPE_CHECKING:
    from voice_server.config import BackendConfig, Config

_PROBE = """
import importlib.metadata as m, importlib.util as u, json, platform, sys
versions = {}
for name in sys.argv[1:]:
    try: versions[name] = m.version(name)
    except m.PackageNotFoundError: versions[name] = None
device = "cpu"
if u.find_spec("torch"):
    import torch
    cuda = torch.version.cuda or torch.version.hip
    flavour = f" for CUDA {cuda}" if cuda else " for the CPU"
    versions["torch"] = torch.__version__.partition("+")[0] + flavour
    if torch.cuda.is_available(): device = "cuda, " + torch.cuda.get_device_name()
    elif torch.backends.mps.is_available(): device = "mps"
print(json.dumps({"python": platform.python_version(), "device": device, "versions": versions}))
"""
_PROBE_S = 120
_SET_UP, _WEIGHTS = "is set up", "weights"
_NAME_WIDTH = 55
_PACKAGE_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    backend: str
    name: str
    passed: bool
    detail: str = ""


@click.command(cls=CliCommand)
@click.argument("names", nargs=-1, metavar="[BACKEND]...")
@click.option("--config", metavar="FILE", help="The backends.yaml to use.")
@click.option("--quick", is_flag=True, help="Start the backends and stop there: no conformance check.")
@json_option
def doctor(*, names: tuple[str, ...], config: str | None, quick: bool, as_json: bool) -> None:
    """Check every backend, or those named: environment, voices, and whether it does what it must.

    Ends with exit code 1 when anything fails.
    """
    from voice_server.config import load_config  # noqa: PLC0415 - not needed for --help
    from voice_server.serving.event_loop import run  # noqa: PLC0415

    loaded = load_config(config)
    for name in names:
        if name not in loaded.backends:
            raise UnknownName("backend", name, loaded.backends)
    failed = run(_examine(loaded, names, quick=quick, as_json=as_json))
    if failed:
        click.get_current_context().exit(1)


async def _examine(config: Config, names: tuple[str, ...], *, quick: bool, as_json: bool) -> int:
    """Look at the backends one after the other and tell what is found; return how much of it failed.

    Without names all are looked at, and one that nobody has set up is no failure.
    """
    from voice_server.provisioning.environments import has_lock_file  # noqa: PLC0415 - not needed for --help

    failed = 0
    absent: list[str] = []
    for name in names or tuple(config.backends):
        if not as_json:
            click.echo(click.style(name, bold=True))
        may_be_absent = not names and has_lock_file(config.backends[name])
        async for finding in _findings(name, config.backends[name], quick=quick):
            is_absent = not finding.passed and finding.name in (_SET_UP, _WEIGHTS) and may_be_absent
            absent += [name] if is_absent else []
            failed += not finding.passed and not is_absent
            click.echo(json.dumps(dataclasses.asdict(finding)) if as_json else _line(finding, is_absent))
    if not as_json:
        print_note(_summary(failed, absent))
    return failed


def _line(finding: Finding, is_absent: bool) -> str:
    mark, color = ("✓", "green") if finding.passed else ("–", "yellow") if is_absent else ("✗", "red")
    detail = click.style(finding.detail, dim=True) if finding.detail else ""
    return f"  {click.style(mark, fg=color)} {finding.name:<{_NAME_WIDTH}} {detail}".rstrip()


def _summary(failed: int, absent: Sequence[str]) -> str:
    if failed:
        return "1 check failed" if failed == 1 else f"{failed} checks failed"
    return f"what is set up is well; not set up: {', '.join(absent)}" if absent else "all is well"


async def _findings(name: str, backend: BackendConfig, *, quick: bool) -> AsyncIterator[Finding]:
    from voice_server.pool.conformance import checks_of  # noqa: PLC0415 - not needed for --help
    from voice_server.pool.local_pool import LocalPool  # noqa: PLC0415

    is_sound = True
    async for finding in _before_the_start(name, backend):
        yield finding
        is_sound = is_sound and finding.passed
    if not is_sound:
        return
    started = time.perf_counter()
    async with LocalPool({name: backend}) as pool:
        status = pool.backends[name]
        if status.ready is None:
            yield Finding(name, "starts", passed=False, detail=status.error)
            return
        took_s = time.perf_counter() - started
        yield Finding(name, "starts", passed=True, detail=_start(status.ready, took_s))
        if not quick:
            async for check in checks_of(pool, name):
                if check.name != "starts":
                    yield Finding(name, check.name, check.passed, check.detail)


async def _before_the_start(name: str, backend: BackendConfig) -> AsyncIterator[Finding]:
    """What can be seen of a backend without starting it."""
    from voice_server.provisioning.environments import python_of  # noqa: PLC0415 - not needed for --help

    try:
        python = python_of(name, backend.environment)
    except NotSetUp as error:
        yield Finding(name, _SET_UP, passed=False, detail=error.message)
        return
    environment = await _environment(name, backend, python)
    for finding in environment:
        yield finding
    if not all(finding.passed for finding in environment):
        return
    weights = await asyncio.to_thread(_weights, name, backend)
    if weights is not None:
        yield weights


def _weights(name: str, backend: BackendConfig) -> Finding | None:
    """Where the model's weights are; None for an engine that needs none."""
    from voice_server.provisioning.installation import Provisioner, shown, size_bytes  # noqa: PLC0415 - see above

    try:
        folder = Provisioner().fetch_weights(name, backend, only_find=True)
    except BackendError as error:
        return Finding(name, _WEIGHTS, passed=False, detail=error.message)
    if folder is None:
        return None
    return Finding(name, _WEIGHTS, passed=True, detail=f"{shown(folder)}, {size_bytes(folder) / 1e9:.2f} GB")


def _start(ready: ReadyBackend, took_s: float) -> str:
    languages = {voice.language for voice in ready.voices}
    return (
        f"{took_s:.2f} s until warm, {ready.sample_rate_hz} Hz, {len(ready.voices)} voices in "
        f"{len(languages)} languages"
    )


async def _environment(name: str, backend: BackendConfig, python: str) -> list[Finding]:
    """Look into the backend's environment: where it is, and the versions of what the engine is made of."""
    place = await asyncio.to_thread(_place, backend.environment)
    try:
        probed = await _probe(backend, python)
    except _Unsound as unsound:
        return [
            Finding(name, "environment", passed=False, detail=f"{place}: {unsound}{_remedy(name, backend)}")
        ]
    detail = f"{place}, Python {probed['python']} on {probed['device']}"
    found = [Finding(name, "environment", passed=True, detail=detail)]
    versions: dict[str, str | None] = probed["versions"]
    missing = [package for package, version in versions.items() if version is None]
    if missing:
        why = f"not installed: {', '.join(missing)}{_remedy(name, backend)}"
        found.append(Finding(name, "packages", passed=False, detail=why))
    elif versions:
        told = ", ".join(f"{package} {version}" for package, version in versions.items())
        found.append(Finding(name, "packages", passed=True, detail=told))
    return found


class _Unsound(Exception):
    """An environment's python does not work; the message says how."""


async def _probe(backend: BackendConfig, python: str) -> dict[str, Any]:
    """What the environment's python says of itself. Raises _Unsound."""
    from voice_server.provisioning.environments import worker_environment  # noqa: PLC0415 - not needed for --help

    try:
        process = await asyncio.create_subprocess_exec(
            *(python, "-c", _PROBE, *_requirements(backend.environment)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=worker_environment(backend),
        )
    except OSError as error:
        raise _Unsound(f"its python cannot run ({(error.strerror or str(error)).lower()})") from None
    try:
        async with asyncio.timeout(_PROBE_S):
            output, complaints = await process.communicate()
        probed: dict[str, Any] = json.loads(output)
    except TimeoutError:
        raise _Unsound(f"its python does not answer within {_PROBE_S} s") from None
    except ValueError:
        said = complaints.decode(errors="replace").strip().rpartition("\n")[2] or "it says nothing"
        raise _Unsound(f"its python cannot tell what it holds ({said})") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return probed


def _remedy(name: str, backend: BackendConfig) -> str:
    from voice_server.provisioning.environments import has_lock_file  # noqa: PLC0415 - not needed for --help

    return f"; delete it and run: voice-server setup {name}" if has_lock_file(backend) else ""


def _place(environment: Path) -> str:
    from voice_server.config import EMBEDDED  # noqa: PLC0415 - see above
    from voice_server.provisioning.installation import shown, size_bytes  # noqa: PLC0415

    if environment == EMBEDDED:
        return f"the server's own, {shown(Path(sys.prefix))}"
    if environment.is_file():
        return shown(environment)
    venv = environment / ".venv"
    return f"{shown(venv)}, {size_bytes(venv) / 1e9:.2f} GB"


def _requirements(environment: Path) -> list[str]:
    """Return the names of the packages that a backend's project asks for; none where it is no project."""
    project = environment / "pyproject.toml"
    if not project.is_file():
        return []
    try:
        dependencies = tomllib.loads(project.read_text())["project"]["dependencies"]
    except (ValueError, KeyError):
        return []
    return [found[0] for each in dependencies if ";" not in each and (found := _PACKAGE_NAME.match(each))]
