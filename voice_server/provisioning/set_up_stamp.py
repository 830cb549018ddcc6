"""The marks that `voice-server setup` leaves in an environment: unfinished, and what it was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from voice_server.home.home_folders import environment_of

UNFINISHED = ".voice-server-unfinished"
"""Lies in an environment from before the first package until after the last."""
STAMP = "voice-server.json"
"""Lies in an environment that `voice-server setup` made: the lock file, and whose weights were fetched."""
LEFT_OUT = "left_out"
"""The key of the groups of packages that were left out, with commas between them; "" for none."""


def read_stamp(project: Path) -> dict[str, str]:
    """What was written into the environment; empty where no set-up has been finished."""
    venv = environment_of(project)
    try:
        found = json.loads((venv / STAMP).read_text()) if not (venv / UNFINISHED).exists() else {}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_stamp(project: Path, stamp: Mapping[str, str]) -> None:
    """Write what the environment was made from."""
    (environment_of(project) / STAMP).write_text(json.dumps(stamp))


def read_choices(project: Path) -> dict[str, str]:
    """What was chosen for the environment, by the keys of the stamp, even if its set-up was broken off."""
    for mark in (UNFINISHED, STAMP):
        try:
            found = json.loads((environment_of(project) / mark).read_text())
        except (OSError, ValueError):
            continue
        if isinstance(found, dict):
            return found
    return {}


def lock_digest(project: Path) -> str:
    """Return what identifies the contents of a project's lock file."""
    return hashlib.sha256((project / "uv.lock").read_bytes()).hexdigest()


def is_outdated(project: Path) -> bool:
    """Whether `voice-server setup` made the environment from another lock file than the present one."""
    try:
        stamp = json.loads((environment_of(project) / STAMP).read_text())
        return bool(stamp["lock"] != lock_digest(project))
    except (OSError, ValueError, KeyError, TypeError):
        return False
