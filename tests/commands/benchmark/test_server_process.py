from __future__ import annotations

import asyncio
import json
import os
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from voice_server.commands.benchmark import server_process
from voice_server.commands.benchmark.server_process import started_server
from voice_server.config import EMBEDDED, load_config
from voice_server.errors import VoiceServerError


def test_a_server_runs_as_long_as_the_block_and_its_start_is_timed(run_command: Any) -> None:
    del run_command  # for its configuration

    async def main() -> tuple[int, float]:
        async with started_server(load_config()) as server:
            os.kill(server.pid, 0)
            with urllib.request.urlopen(f"{server.url}/health", timeout=10) as response:  # noqa: ASYNC210, S310 - our own server
                assert json.load(response)["backends"]["tone"]["state"] == "up"
            return server.pid, server.start_s

    pid, start_s = asyncio.run(main())
    assert start_s > 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_server_that_does_not_start_is_an_error(run_command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    del run_command  # for its configuration
    monkeypatch.setattr(server_process, "_config_fields", lambda _config: {"backends": {}})

    async def main() -> None:
        async with started_server(load_config()):
            pass

    with pytest.raises(VoiceServerError, match="the server did not start"):
        asyncio.run(main())


def test_the_configuration_is_written_with_absolute_paths_and_without_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("backends.yaml").write_text("backends: {b: {adapter: a.py}, c: {adapter: a.py, environment: env}}")
    fields: Any = server_process._config_fields(load_config("backends.yaml"))
    assert "source" not in fields
    assert fields["limits"]["connections"] == fields["limits"]["connections_per_address"] == 10_000
    assert Path(fields["backends"]["b"]["adapter"]).is_absolute()
    assert fields["backends"]["b"]["environment"] == str(EMBEDDED)
    assert fields["backends"]["c"]["environment"] == str(tmp_path / "env")
