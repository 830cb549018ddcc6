from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from voice_server.commands.benchmark.measured_backend import benchmark_config, engine_floor, query_of
from voice_server.commands.shared.click_options import ServerChoice


@pytest.mark.usefixtures("run_command")
def test_the_backend_that_speaks_is_measured_and_an_engine_elsewhere_has_no_floor() -> None:
    config = benchmark_config(ServerChoice(backend="tone"))
    assert config.default_backend == "tone"
    assert not config.limits.admission
    assert benchmark_config(ServerChoice(backend="tone"), admission=True).limits.admission
    floor = engine_floor(config)
    assert floor is not None
    assert len(floor.run(["Hi", "."]).sentence_ms) == 1
    apart: dict[str, Any] = {
        "tone": replace(config.backends["tone"], environment=config.backends["tone"].adapter.parent)
    }
    assert engine_floor(replace(config, backends=apart)) is None


def test_a_token_goes_into_the_query() -> None:
    assert query_of(ServerChoice(token="a/b")) == "?token=a%2Fb"
    assert query_of(ServerChoice()) == ""
