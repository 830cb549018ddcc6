"""Tests share the processors (`-n auto`); what runs at the pace of sound has the machine to itself.

Whatever a test does, it leaves no task, child process or thread behind, and blocks no event loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.leftovers import no_pending_tasks, no_survivors
from tests.loop_watchdog import no_blocked_loop

_SHARED_FIXTURES: set[str] = set()
"""The tests' own fixtures that outlive a test: a server among them may start workers at any time."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """How many tests run side by side: one with `-m realtime`, else as many as there are processors."""
    return 0 if config.option.markexpr == "realtime" else None


def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> None:
    """Note which fixtures are shared by tests."""
    if fixturedef.scope != "function" and fixturedef.baseid.startswith("tests/"):
        _SHARED_FIXTURES.add(fixturedef.argname)


@pytest.fixture(autouse=True, scope="module")
def module_leaves_nothing_running() -> Iterator[None]:
    """Fail when a module's child processes or threads outlive its last test."""
    with no_survivors():
        yield


@pytest.fixture(autouse=True)
def leaves_nothing_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail when a test's child processes or threads outlive it, unless it shares what may start them."""
    shares = _SHARED_FIXTURES & set(request.fixturenames)
    with nullcontext() if shares else no_survivors():
        yield


@pytest.fixture(autouse=True)
def leaves_no_task() -> Iterator[None]:
    """Fail when a test's event loop has tasks left at its end."""
    with no_pending_tasks():
        yield


@pytest.fixture(autouse=True)
def blocks_no_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail when a call blocks a test's event loop, unless the test is about just that."""
    is_meant = request.node.get_closest_marker("blocks_loop") is not None
    with nullcontext() if is_meant else no_blocked_loop():
        yield
