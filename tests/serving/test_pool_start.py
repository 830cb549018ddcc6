"""Which backends a server waits for before it listens."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from tests.natural_engines import natural_config
from voice_server.config import load_config
from voice_server.serving.pool_start import needed_backends


def test_only_an_engine_that_is_needed_at_once_is_waited_for() -> None:
    config = load_config()
    slow = msgspec.structs.replace(config.backends["tone"], environment=Path(sys.executable))
    embedded = {name: config.backends[name] for name in ("espeak", "tone")}
    config = msgspec.structs.replace(config, backends={**embedded, "slow": slow})
    assert needed_backends(config) == {"espeak", "tone"}
    config = msgspec.structs.replace(config, default_backend="slow")
    assert needed_backends(config) == {"espeak", "tone", "slow"}


def test_a_natural_engine_is_not_among_those_that_are_waited_for_as_long_as_they_take(tmp_path: Path) -> None:
    assert needed_backends(natural_config(tmp_path, (("best", 100),))) == {"plain"}
