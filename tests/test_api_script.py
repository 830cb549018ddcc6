"""The script `api.py`; the command itself is in tests/commands/test_serve.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import voice_server

PACKAGE = Path(voice_server.__file__).parent


@pytest.mark.parametrize(("folder", "script"), [(PACKAGE, "api.py"), (PACKAGE.parent, "voice_server/api.py")])
def test_the_script_is_serve_inside_the_package_and_from_the_root(folder: Path, script: str) -> None:
    done = subprocess.run(
        [sys.executable, script, "--host", "127.0.0.1", "--port", "70000"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "70000 is not in the range" in done.stderr
    assert done.stderr.endswith("see api.py --help\n")
