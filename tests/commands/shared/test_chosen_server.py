from __future__ import annotations

import asyncio
from typing import Any

import pytest

from voice_server.client_events import Done, Ready
from voice_server.client_streams import connect
from voice_server.commands.shared.chosen_server import chosen_config, reachable_server
from voice_server.commands.shared.click_options import ServerChoice
from voice_server.errors import ConfigError


def test_the_server_at_an_address_is_taken_as_it_is() -> None:
    async def main() -> str:
        async with reachable_server(ServerChoice("ws://nowhere.example")) as url:
            return url

    assert asyncio.run(main()) == "ws://nowhere.example"


def test_without_an_address_a_server_runs_in_this_process_as_long_as_the_block(run_command: Any) -> None:
    del run_command  # for its configuration

    async def main() -> list[object]:
        async with reachable_server(ServerChoice()) as url, connect(url) as stream:
            await stream.done()
            return [event async for event in stream]

    ready, *_, done = asyncio.run(main())
    assert isinstance(ready, Ready)
    assert (ready.backend, done) == ("tone", Done())


def test_only_the_chosen_backend_is_configured(run_command: Any) -> None:
    del run_command  # for its configuration
    chosen = chosen_config(ServerChoice(backend="broken", pool_size=3))
    assert (list(chosen.backends), chosen.default_backend) == (["broken"], "broken")
    assert chosen.backends["broken"].workers == 3


def test_a_backend_that_is_not_configured_is_an_error(run_command: Any) -> None:
    del run_command  # for its configuration
    with pytest.raises(ConfigError, match="unknown backend 'nope'"):
        chosen_config(ServerChoice(backend="nope"))
