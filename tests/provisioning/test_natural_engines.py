"""What `default_backend: auto` stands for on a machine, and what is offered there."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from tests.natural_engines import natural_config, outdate, set_up
from voice_server.config import parse_config
from voice_server.provisioning.environments import lock_set_up
from voice_server.provisioning.natural_engines import (
    default_backend,
    engines_to_offer,
    natural_engines,
    needs_set_up,
    resting_backend,
)
from voice_server.provisioning.set_up_stamp import UNFINISHED


def test_without_a_natural_engine_that_is_set_up_what_they_fall_back_on_speaks(tmp_path: Path) -> None:
    config = natural_config(tmp_path)
    assert [each.name for each in natural_engines(config)] == ["best", "quick"]
    assert (default_backend(config), resting_backend(config)) == ("plain", "plain")


def test_the_first_natural_engine_that_is_set_up_speaks(tmp_path: Path) -> None:
    config = natural_config(tmp_path)
    set_up(config, "quick")
    assert default_backend(config) == "quick"
    set_up(config, "best")
    assert default_backend(config) == "best"


def test_while_the_best_is_being_set_up_or_tried_out_the_next_one_speaks(tmp_path: Path) -> None:
    config = natural_config(tmp_path)
    set_up(config, "best")
    set_up(config, "quick")
    lock = lock_set_up(config.backends["best"].environment)
    assert lock is not None
    assert default_backend(config) == "quick"
    os.close(lock)
    assert default_backend(config) == "best"


def test_an_engine_that_an_update_has_outdated_counts_where_there_is_no_better(tmp_path: Path) -> None:
    config = natural_config(tmp_path)
    set_up(config, "best")
    outdate(config, "best")
    assert needs_set_up("best", config.backends["best"])
    assert default_backend(config) == "best"
    set_up(config, "quick")
    assert default_backend(config) == "quick"


def test_an_engine_whose_set_up_was_broken_off_or_brought_no_weights_does_not_count(tmp_path: Path) -> None:
    config = natural_config(tmp_path)
    set_up(config, "best")
    (tmp_path / "best" / "weights.py").touch()
    assert default_backend(config) == "plain"
    (tmp_path / "best" / "weights.py").unlink()
    (tmp_path / "best" / ".venv" / UNFINISHED).touch()
    assert default_backend(config) == "plain"


def test_a_backend_that_is_named_is_the_default_whatever_is_set_up(tmp_path: Path) -> None:
    config = natural_config(tmp_path)
    set_up(config, "best")
    config = msgspec.structs.replace(config, default_backend="plain")
    assert default_backend(config) == "plain"
    assert engines_to_offer(config) == []


def test_without_any_natural_engine_the_first_backend_speaks(tmp_path: Path) -> None:
    config = parse_config(
        "{default_backend: auto, backends: {a: {adapter: a}, b: {adapter: b}}}", tmp_path / "f"
    )
    assert default_backend(config) == "a"
    assert engines_to_offer(config) == []


@pytest.mark.parametrize(
    ("engines", "offered"),
    [
        ((("best", 900), ("quick", 100)), ["quick", "best"]),  # a minute is how long one waits
        ((("best", 200), ("quick", 100)), ["best", "quick"]),
        ((("best", 900), ("slow", 800)), ["slow", "best"]),
    ],
)
def test_the_best_engine_that_is_there_within_a_minute_is_recommended(
    tmp_path: Path, engines: tuple[tuple[str, int], ...], offered: list[str]
) -> None:
    config = natural_config(tmp_path, engines)
    assert [each.name for each in engines_to_offer(config)] == offered
    set_up(config, engines[1][0])
    assert engines_to_offer(config) == []


def test_an_engine_in_the_user_s_own_python_is_not_offered(tmp_path: Path) -> None:
    config = natural_config(tmp_path, (("quick", 100),))
    (tmp_path / "quick" / "uv.lock").unlink()
    assert engines_to_offer(config) == []
