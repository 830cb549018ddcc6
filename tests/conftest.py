"""Tests share the processors (`-n auto`); what runs at the pace of sound has the machine to itself.

Whatever a test does, it leaves no task, child process or thread behind, and blocks no event loop.

Hypothesis tries the same examples each time, so that a change is judged by what it changes; others are looked
for with `--hypothesis-profile explore`. It times neither an example nor how it is made: a law holds however
slow the machine is.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings

from tests.leftovers import no_pending_tasks, no_survivors
from tests.loop_watchdog import no_blocked_loop

settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same examples", settings.get_profile("explore"), derandomize=True)
settings.load_profile("same examples")


class _SharedFixtures:
    """The tests' own fixtures that outlive a test: a server among them may start workers at any time.

    A plugin, because pytest asks no conftest file about fixtures of the whole session.
    """

    names: ClassVar[set[str]] = set()
    session_folders: ClassVar[set[str]] = set()  # where those lie that outlive a module too

    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> None:
        if fixturedef.scope != "function" and fixturedef.baseid.startswith("tests/"):
            self.names.add(fixturedef.argname)
            if fixturedef.scope != "module":
                self.session_folders.add(fixturedef.baseid)


def pytest_configure(config: pytest.Config) -> None:
    """Have shared fixtures noted, and a hang-up end what the tests start, also under nohup."""
    config.pluginmanager.register(_SharedFixtures())
    # Messages tell commands as they are typed where the environment is active, however the tests are run.
    os.environ.pop("UV_RUN_RECURSION_DEPTH", None)
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.prefix) / "bin"), os.environ.get("PATH", "")))
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # which every child would inherit
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """How many tests run side by side: one where they need the machine, else as many as processors."""
    return 0 if config.option.markexpr in {"realtime", "heard"} else None


@pytest.fixture(autouse=True, scope="module")
def module_leaves_nothing_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail when a module's child processes or threads outlive it, unless a session's fixture may do so."""
    with no_survivors(unless=lambda: request.node.nodeid.startswith(tuple(_SharedFixtures.session_folders))):
        yield


@pytest.fixture(autouse=True)
def leaves_nothing_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail when a test's child processes or threads outlive it, unless a shared fixture may keep them."""
    with no_survivors(unless=lambda: _SharedFixtures.names.intersection(request.fixturenames)):
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
