"""How this installation's user types `voice-server`, for the commands that messages tell.

Messages, also those of the server and of engines, write `voice-server COMMAND`. What is printed at a terminal
goes through `as_typed`, so that whoever copies it from there gets a command that works.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_NAME = "voice-server"
_ROOT = Path(__file__).resolve().parents[3]
_UV_CACHES = ("archive-v", "environments-v")
"""How uv names the folders of its cache in which the environments of `uvx` lie."""
_COMMAND = re.compile(rf"(?<![\w/.-]){_NAME}(?= [a-z]+(?:-[a-z]+)?\b)")


def typed_name(
    environment: Mapping[str, str] = os.environ,
    *,
    prefix: Path = Path(sys.prefix),
    root: Path = _ROOT,
    folder: Path | None = None,
) -> str:
    """What is typed in `folder`, by default the present one, to run this program again.

    `prefix` is the Python environment that it runs in, `root` the folder that its package lies in.
    """
    from shutil import which  # noqa: PLC0415 - `say` starts without it

    own = prefix / ("Scripts" if sys.platform == "win32" else "bin") / _NAME
    is_checkout = (root / "pyproject.toml").is_file()
    if not is_checkout and any(part.startswith(_UV_CACHES) for part in prefix.parts):
        return f"uvx {_NAME}"
    is_run_by_uv = "UV_RUN_RECURSION_DEPTH" in environment
    found = which(_NAME, path=environment.get("PATH"))
    if found is not None and not is_run_by_uv and Path(found).resolve() == own.resolve():
        return _NAME
    has_uv = is_run_by_uv or which("uv", path=environment.get("PATH")) is not None
    if is_checkout and has_uv and (is_run_by_uv or prefix.parent == root):
        is_inside = (folder or Path.cwd()).resolve().is_relative_to(root)
        return f"uv run {_NAME}" if is_inside else f"uv run --project {shlex.quote(str(root))} {_NAME}"
    return shlex.quote(str(own)) if own.exists() else f"{shlex.quote(sys.executable)} -m voice_server"


@cache
def _typed_name() -> str:
    try:
        return typed_name()
    except OSError:  # the present folder has gone
        return _NAME


def as_typed(message: str) -> str:
    """The message, with every `voice-server COMMAND` in it as this installation's user types it."""
    return _COMMAND.sub(lambda _: _typed_name(), message) if _NAME in message else message
