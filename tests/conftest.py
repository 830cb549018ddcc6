"""Tests share the processors (`-n auto`); what runs at the pace of sound has the machine to itself."""

from __future__ import annotations

import pytest


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """How many tests run side by side: one with `-m realtime`, else as many as there are processors."""
    return 0 if config.option.markexpr == "realtime" else None
