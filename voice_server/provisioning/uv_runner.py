"""Runs uv and turns what goes wrong into one sentence that says what to do."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voice_server.errors import BackendError

_NO_NETWORK = re.compile(
    r"dns error|error sending request|could not connect|connection (refused|reset)|timed out|"
    r"network (was|connectivity is) disabled|request failed|failed to (fetch|download)",
    re.IGNORECASE,
)
_UNREPORTED = (" + ", " - ", " ~ ", "Activate with", "Creating virtual environment")
_LAST_LINES = 40


@dataclass(frozen=True, slots=True)
class UvRunner:
    """Runs uv in the project of the backend `name`; `report` is called with each line that a user should see.

    uv inherits the descriptor `lock`, so that a later set-up waits for a uv that outlives this process.
    """

    name: str
    project: Path
    lock: int
    environ: Mapping[str, str]
    report: Callable[[str], None]

    def run(self, *arguments: str, what: str = "packages") -> None:
        """Run uv to its end. Raises BackendError, which says that `what` could not be installed, and why."""
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
            try:
                for line in process.stderr:
                    # What follows the first error is kept for the exception's one sentence.
                    if lines or line.startswith("error"):
                        lines = [*lines[-_LAST_LINES:], line.strip()]
                    elif line.strip() and not line.startswith(_UNREPORTED):
                        self.report(f"  {line.strip()}")
            except BaseException:
                process.terminate()  # a signal to this process alone does not reach it
                raise
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


def _uv_command(name: str) -> Sequence[str]:
    if shutil.which("uv"):
        return ["uv"]
    if importlib.util.find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    raise BackendError(
        f"to set up {name} the program uv is needed; get it with: pip install uv, or pipx install uv"
    )
