from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.natural_engines import natural_config, set_up
from voice_server.client_events import Done, Ready
from voice_server.client_streams import connect
from voice_server.commands.shared import natural_question, natural_voice
from voice_server.commands.shared.chosen_server import chosen_config, offer_natural_voice_of, reachable_server
from voice_server.commands.shared.click_options import ServerChoice
from voice_server.config import AUTO
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


def test_auto_stays_auto_with_the_engine_that_will_speak_and_its_fallback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = natural_config(tmp_path)
    monkeypatch.setenv("VOICE_SERVER_CONFIG", str(config.source))
    assert list(chosen_config(ServerChoice()).backends) == ["plain"]
    set_up(config, "quick")
    chosen = chosen_config(ServerChoice())
    assert (list(chosen.backends), chosen.default_backend) == (["quick", "plain"], AUTO)
    named = chosen_config(ServerChoice(backend="plain"))
    assert (list(named.backends), named.default_backend) == (["plain"], "plain")


def test_natural_is_auto_whatever_the_configuration_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = natural_config(tmp_path)
    config.source.write_text(
        config.source.read_text().replace("default_backend: auto", "default_backend: plain")
    )
    monkeypatch.setenv("VOICE_SERVER_CONFIG", str(config.source))
    set_up(config, "best")
    assert chosen_config(ServerChoice()).default_backend == "plain"
    assert list(chosen_config(ServerChoice(natural=True)).backends) == ["best", "plain"]


@pytest.mark.parametrize(
    ("choice", "asked"),
    [
        (ServerChoice(), 1),
        (ServerChoice(natural=True), 0),
        (ServerChoice(natural=False), 0),
        (ServerChoice(backend="plain"), 0),
        (ServerChoice("ws://nowhere.example"), 0),
    ],
)
def test_who_has_said_who_is_to_speak_is_offered_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choice: ServerChoice, asked: int
) -> None:
    monkeypatch.setenv("VOICE_SERVER_CONFIG", str(natural_config(tmp_path).source))
    monkeypatch.setattr(natural_question, "may_ask", lambda: True)
    offered: list[object] = []
    monkeypatch.setattr(natural_voice, "offer_natural_voice", offered.append)
    offer_natural_voice_of(choice)
    assert len(offered) == asked


def test_a_backend_that_is_not_configured_is_an_error(run_command: Any) -> None:
    del run_command  # for its configuration
    with pytest.raises(ConfigError, match="unknown backend 'nope'"):
        chosen_config(ServerChoice(backend="nope"))
