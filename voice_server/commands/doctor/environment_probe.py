"""Asks the python of a backend's environment for its version, its device and the packages it has."""

from __future__ import annotations

import asyncio
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voice_server.commands.shared.os_errors import reason_of

if TYPE_CHECKING:
    from voice_server.config import BackendConfig

_SCRIPT = """
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
_TIMEOUT_S = 120
_PACKAGE_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class ProbedEnvironment:
    """The version of python, the device that torch would use, and the packages' versions, None if missing."""

    python: str
    device: str
    versions: Mapping[str, str | None]


class ProbeFailed(Exception):
    """The environment's python does not work; the message says how."""


async def probe_environment(backend: BackendConfig, python: str) -> ProbedEnvironment:
    """Run the environment's python and return what it reports. Raises ProbeFailed."""
    output, error_output = await _run_script(backend, python)
    try:
        return ProbedEnvironment(**json.loads(output))
    except ValueError:
        last_line = error_output.decode(errors="replace").strip().rpartition("\n")[2] or "it says nothing"
        raise ProbeFailed(f"its python cannot tell what it holds ({last_line})") from None


async def _run_script(backend: BackendConfig, python: str) -> tuple[bytes, bytes]:
    from voice_server.provisioning.worker_environment import (  # noqa: PLC0415 - not needed for --help
        worker_environment,
    )

    try:
        process = await asyncio.create_subprocess_exec(
            *(python, "-P", "-c", _SCRIPT, *required_packages(backend.environment)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=worker_environment(backend),
        )
    except OSError as error:
        raise ProbeFailed(f"its python cannot run ({reason_of(error)})") from None
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            return await process.communicate()
    except TimeoutError:
        raise ProbeFailed(f"its python does not answer within {_TIMEOUT_S} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def required_packages(environment: Path) -> list[str]:
    """Return the names of the packages that a backend's project depends on; none where it is no project.

    Dependencies with an environment marker are left out: they may not be needed here.
    """
    project = environment / "pyproject.toml"
    if not project.is_file():
        return []
    try:
        dependencies = tomllib.loads(project.read_text())["project"]["dependencies"]
    except (ValueError, KeyError):
        return []
    return [found[0] for each in dependencies if ";" not in each and (found := _PACKAGE_NAME.match(each))]
