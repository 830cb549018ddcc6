from __future__ import annotations

import sys
from pathlib import Path

import pytest

from voice_server.commands.shared import program_name
from voice_server.commands.shared.program_name import as_typed, typed_name


def program(path: Path) -> Path:
    """A file that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with an environment, which is its own."""
    root = tmp_path / "a checkout"
    program(root / ".venv" / "bin" / "voice-server")
    (root / "pyproject.toml").touch()
    return root


@pytest.fixture
def uv(tmp_path: Path) -> str:
    """A PATH with uv."""
    return str(program(tmp_path / "tools" / "uv").parent)


def test_in_a_checkout_uv_runs_it(checkout: Path, uv: str) -> None:
    own = checkout / ".venv"
    assert typed_name({"PATH": uv}, prefix=own, root=checkout, folder=checkout) == "uv run voice-server"
    outside = typed_name({"PATH": uv}, prefix=own, root=checkout, folder=checkout.parent)
    assert outside == f"uv run --project '{checkout}' voice-server"


def test_what_uv_runs_has_the_environment_on_its_path_and_the_shell_has_not(checkout: Path, uv: str) -> None:
    variables = {"PATH": f"{checkout}/.venv/bin:{uv}", "UV_RUN_RECURSION_DEPTH": "1"}
    told = typed_name(variables, prefix=checkout / ".venv", root=checkout, folder=checkout)
    assert told == "uv run voice-server"


def test_an_environment_that_is_active_or_linked_to_needs_the_name_only(
    checkout: Path, uv: str, tmp_path: Path
) -> None:
    own = checkout / ".venv"
    active = {"PATH": f"{own}/bin:{uv}"}
    assert typed_name(active, prefix=own, root=checkout, folder=checkout) == "voice-server"
    link = tmp_path / "home" / "bin" / "voice-server"  # as `uv tool install` and pipx make them
    link.parent.mkdir(parents=True)
    link.symlink_to(own / "bin" / "voice-server")
    packages = tmp_path / "site-packages"
    assert typed_name({"PATH": str(link.parent)}, prefix=own, root=packages) == "voice-server"


def test_what_uvx_runs_is_run_by_uvx_again(tmp_path: Path) -> None:
    prefix = tmp_path / "cache" / "uv" / "archive-v0" / "x1"
    path = str(program(prefix / "bin" / "voice-server").parent)
    assert typed_name({"PATH": path}, prefix=prefix, root=tmp_path) == "uvx voice-server"


def test_any_other_environment_is_named_by_its_path(tmp_path: Path) -> None:
    own = program(tmp_path / "an environment" / "bin" / "voice-server")
    other = program(tmp_path / "other" / "bin" / "voice-server")
    variables = {"PATH": str(other.parent)}
    assert typed_name(variables, prefix=own.parents[1], root=tmp_path) == f"'{own}'"
    own.unlink()
    told = typed_name(variables, prefix=own.parents[1], root=tmp_path)
    assert told == f"{sys.executable} -m voice_server"


def test_commands_in_a_message_are_told_as_they_are_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_name, "_typed_name", lambda: "uvx voice-server")
    assert as_typed("run: voice-server setup piper") == "run: uvx voice-server setup piper"
    assert as_typed("`voice-server stream-tokens`") == "`uvx voice-server stream-tokens`"
    for other in (
        "voice-server",
        "what answers is no voice-server",
        "/usr/bin/voice-server say",
        "a voice-server, run",
    ):
        assert as_typed(other) == other
