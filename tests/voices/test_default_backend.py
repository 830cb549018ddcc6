"""Which backend speaks where none is named, while engines come and go."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.natural_engines import natural_config, set_up
from voice_server.pool.worker_pool import BackendState, BackendStatus
from voice_server.voices.default_backend import DefaultBackend

UP, UNLOADED, STARTING, DOWN, ABSENT = (
    BackendState.UP,
    BackendState.UNLOADED,
    BackendState.STARTING,
    BackendState.DOWN,
    BackendState.NOT_SET_UP,
)


class StatedPool(ArithmeticPool):
    """A pool whose backends are in the states that a test gives."""

    def __init__(self, **states: BackendState) -> None:
        super().__init__(tuple(states))
        self.states = states

    def _status(self, name: str) -> BackendStatus:
        return BackendStatus(name, self.states[name], 1)


@pytest.mark.parametrize(
    ("best", "quick", "wanted", "speaking"),
    [
        (ABSENT, ABSENT, "plain", "plain"),
        (ABSENT, UP, "quick", "quick"),
        (UP, UP, "best", "best"),
        (UNLOADED, UP, "best", "best"),
        (UNLOADED, ABSENT, "best", "best"),
        (STARTING, UNLOADED, "quick", "quick"),
        (STARTING, UP, "quick", "quick"),
        (DOWN, UP, "quick", "quick"),
        (STARTING, ABSENT, "best", "plain"),  # asked for, so that it is told why the other one speaks
        (DOWN, ABSENT, "best", "plain"),
        (DOWN, STARTING, "quick", "plain"),
    ],
)
def test_auto_is_the_best_natural_engine_that_runs(
    tmp_path: Path, best: BackendState, quick: BackendState, wanted: str, speaking: str
) -> None:
    pool = StatedPool(plain=UP, best=best, quick=quick)
    default = DefaultBackend(pool, natural_config(tmp_path))
    assert (default.wanted, default.speaking) == (wanted, speaking)


def test_an_engine_that_is_set_up_meanwhile_is_the_default_from_then_on(tmp_path: Path) -> None:
    pool = StatedPool(plain=UP, best=ABSENT, quick=ABSENT)
    default = DefaultBackend(pool, natural_config(tmp_path))
    assert default.speaking == "plain"
    pool.states["quick"] = UP
    assert default.speaking == "quick"


def test_an_engine_whose_weights_have_gone_is_wanted_so_that_the_reason_is_told(tmp_path: Path) -> None:
    config = natural_config(tmp_path)
    set_up(config, "best")
    default = DefaultBackend(StatedPool(plain=UP, best=ABSENT, quick=ABSENT), config)
    assert (default.wanted, default.speaking) == ("best", "plain")


def test_a_default_that_is_named_stays_whatever_happens(tmp_path: Path) -> None:
    config = msgspec.structs.replace(natural_config(tmp_path), default_backend="best")
    default = DefaultBackend(StatedPool(plain=UP, best=DOWN, quick=UP), config)
    assert (default.wanted, default.speaking) == ("best", "best")
    assert list(default.others()) == ["quick", "plain"]


def test_others_are_those_that_run_the_natural_ones_first(tmp_path: Path) -> None:
    pool = StatedPool(plain=UP, best=UP, quick=UP)
    default = DefaultBackend(pool, natural_config(tmp_path))
    assert list(default.others()) == ["quick", "plain"]
    pool.states["quick"] = STARTING
    assert list(default.others()) == ["plain"]
