"""A server starts its workers before it imports itself, and none where it could not serve."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.endpoints.serving import run
from voice_server.config import Config, load_config
from voice_server.errors import ConfigError
from voice_server.pool.local_pool import LocalPool
from voice_server.serving import start
from voice_server.serving.listening_socket import bind
from voice_server.serving.pool_start import pool_of

HEAVY = ("uvicorn", "voice_server.speech.speech_service", "voice_server.endpoints.app", "soxr")
IMPORTED = f"""
import json, sys
import voice_server.serving.start
print(json.dumps([name for name in {HEAVY} if name in sys.modules]))
"""


def test_workers_start_before_the_server_is_imported() -> None:
    printed = subprocess.run([sys.executable, "-c", IMPORTED], check=True, capture_output=True, text=True)
    assert json.loads(printed.stdout) == []


@pytest.mark.parametrize("wrong", [{"port": "taken"}, {"root_path": "a b"}, {"hosts": ("a b",)}])
def test_what_cannot_be_served_starts_no_worker(
    wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "pool_of", lambda *_: pytest.fail("a worker was started"))
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1] if wrong.pop("port", "") else 0
        with pytest.raises(ConfigError):
            run(lambda: start.serve(load_config(), host="127.0.0.1", port=port, **wrong))


def test_a_server_that_cannot_be_imported_ends_its_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ImportError("a package is damaged")

    monkeypatch.setattr(start, "_composition", broken)
    pools: list[LocalPool] = []

    def watched(config: Config, natural_start_s: float) -> LocalPool:
        pools.append(pool_of(config, natural_start_s))
        return pools[-1]

    monkeypatch.setattr(start, "pool_of", watched)
    with pytest.raises(ImportError, match="damaged"):
        run(lambda: start.serve(load_config(backend="tone"), host="127.0.0.1", port=0))
    assert pools[0].pids("tone") == []


def test_the_modules_that_are_heavy_are_those_of_the_server(tmp_path: Path) -> None:
    code = "import json, sys; import voice_server.serving.composition; print(json.dumps(sorted(sys.modules)))"
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert set(HEAVY) <= set(json.loads(printed.stdout))
