"""The client's one module for programs, which is a script too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import voice_server.client as client_module


def test_everything_that_is_listed_is_there_and_every_event_is_listed() -> None:
    assert all(hasattr(client_module, name) for name in client_module.__all__)
    events = {kind.__name__ for kind in client_module.Event.__args__}
    assert events <= set(client_module.__all__)


@pytest.mark.parametrize("inside", [True, False])
def test_the_script_finds_the_package_from_inside_and_from_the_root(inside: bool) -> None:
    package = Path(client_module.__file__).parent
    script = "client.py" if inside else "voice_server/client.py"
    done = subprocess.run(
        [sys.executable, script, "--help"],
        cwd=package if inside else package.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "--url" in done.stdout
