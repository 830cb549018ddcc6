"""Node for the JavaScript client's tests."""

from __future__ import annotations

import shutil
import subprocess

import pytest

_OLDEST = 20
_WITH_WEBSOCKET = 22


def _version() -> int:
    """The major version of this machine's Node; 0 where there is none, or no npm."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return 0
    told = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout
    return int(told.removeprefix("v").partition(".")[0])


_FOUND = _version()
NODE = ("node",) if _FOUND >= _WITH_WEBSOCKET else ("node", "--experimental-websocket")
"""The command that runs a program with a global WebSocket."""
NEEDS_NODE = pytest.mark.skipif(
    _FOUND < _OLDEST, reason=f"there is no Node {_OLDEST} with npm on this machine"
)
