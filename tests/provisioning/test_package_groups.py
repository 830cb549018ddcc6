"""Which groups of packages a project has that a set-up may leave out."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_server.provisioning.package_groups import groups_of


def test_a_project_s_groups_are_those_that_uv_installs_by_default(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[dependency-groups]\nja = ["x"]\ndev = ["y"]\n[tool.uv]\ndefault-groups = ["ja"]\n'
    )
    assert groups_of(tmp_path) == {"ja"}


@pytest.mark.parametrize("text", [None, "[tool", "[project]\nname = 'x'\n", "[tool.uv]\npackage = false\n"])
def test_a_project_that_names_none_has_none(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    assert groups_of(tmp_path) == frozenset()
