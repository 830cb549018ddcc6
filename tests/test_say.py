"""The script `say.py`; the command itself is in tests/commands/say and tests/e2e."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import voice_server

PACKAGE = Path(voice_server.__file__).parent


@pytest.mark.parametrize(("folder", "script"), [(PACKAGE, "say.py"), (PACKAGE.parent, "voice_server/say.py")])
def test_the_script_runs_inside_the_package_and_from_the_root(
    folder: Path, script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    done = subprocess.run(
        [sys.executable, script, "--playing"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "no server is running, so nothing is spoken\n"
