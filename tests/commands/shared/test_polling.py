from __future__ import annotations

from itertools import count
from types import SimpleNamespace

import pytest

from voice_server.commands.shared import polling
from voice_server.commands.shared.polling import wait_until


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were slept, which is all the time that passes."""
    slept: list[float] = []
    monkeypatch.setattr(polling, "time", SimpleNamespace(sleep=slept.append, monotonic=lambda: sum(slept)))
    return slept


def test_what_is_true_already_is_not_waited_for(clock: list[float]) -> None:
    assert wait_until(lambda: "yes", 0)
    assert clock == []


def test_a_condition_is_asked_until_it_is_true(clock: list[float]) -> None:
    calls = count()
    assert wait_until(lambda: next(calls) == 3, 10)
    assert len(clock) == 3


def test_the_time_limit_ends_the_wait(clock: list[float]) -> None:
    assert not wait_until(lambda: False, 0.5)
    assert sum(clock) == pytest.approx(0.5, abs=2 * polling.POLL_INTERVAL_S)
