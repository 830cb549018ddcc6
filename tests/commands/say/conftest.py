from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.say.stub_server import StubServer, stub_server


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no server of this user, and no list of voices."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with stub_server() as server:
        yield server
