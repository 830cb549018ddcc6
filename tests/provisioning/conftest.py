"""A project whose environment is made by a uv that obeys the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.provisioning.fake_uv import Bench


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path)
    monkeypatch.setenv("PATH", str(made.bin))
    monkeypatch.setattr("sys.platform", "linux")
    return made
