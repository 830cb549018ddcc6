"""The groups of packages of an engine's project that a set-up may leave out, such as those of one language.

They are the dependency groups that uv installs by default: `default-groups` in the project's pyproject.toml.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_PROJECT_FILE = "pyproject.toml"


def groups_of(project: Path) -> frozenset[str]:
    """The names of a project's groups; none where it has no such file, or no groups."""
    try:
        table: Any = tomllib.loads((project / _PROJECT_FILE).read_text(encoding="utf-8"))
        return frozenset(table["tool"]["uv"]["default-groups"])
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()
