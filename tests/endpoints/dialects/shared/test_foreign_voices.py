"""Voices by the names that other systems give them."""

from __future__ import annotations

import logging

import pytest
from msgspec.structs import replace

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.endpoints.serving import Served, run, served
from voice_server.endpoints.dialects.shared.foreign_voices import foreign_settings
from voice_server.errors import RequestError
from voice_server.speech import SpeechRequest


def voice_of(server: Served, voice: str | None, language: str | None = None) -> str:
    return foreign_settings(server.service, SpeechRequest(voice=voice, language=language))[0].voice


def test_a_name_of_ours_is_that_voice_and_any_other_the_default_of_its_language() -> None:
    async def main() -> None:
        async with served() as server:
            assert voice_of(server, None) == "alba"
            assert voice_of(server, "bert") == "bert"
            assert voice_of(server, "hpp4J3VqNfWAUOO0d1Us") == "alba"
            assert voice_of(server, "hpp4J3VqNfWAUOO0d1Us", "de") == "bert"
            assert voice_of(server, None, "de") == "bert"
            assert voice_of(server, "bert", "xx") == "bert"
            assert voice_of(server, "hpp4J3VqNfWAUOO0d1Us", "xx") == "alba"

    run(main)


def test_an_alias_says_what_a_name_means() -> None:
    async def main() -> None:
        config = config_of("one")
        backend = replace(config.backends["one"], aliases={"hpp4J3VqNfWAUOO0d1Us": "bert"})
        async with served(config=replace(config, backends={"one": backend})) as server:
            assert voice_of(server, "hpp4J3VqNfWAUOO0d1Us") == "bert"

    run(main)


def test_a_name_that_was_unknown_is_looked_for_again_once_the_voices_are_others() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(mixes=True)) as server:
            name = "from-tomorrow"
            assert [voice_of(server, name) for _ in range(2)] == ["alba", "alba"]
            assert [voice_of(server, name, "de") for _ in range(2)] == ["bert", "bert"]
            server.service.save_mix(name, "bert(1)+alba(1)", "one")
            assert "bert" in voice_of(server, name)

    run(main)


def test_what_is_wrong_otherwise_is_an_error() -> None:
    async def main() -> None:
        async with served() as server:
            with pytest.raises(RequestError, match="speed"):
                foreign_settings(server.service, SpeechRequest(voice="x-unknown", speed=9.0))

    run(main)


def test_the_log_says_once_who_speaks_in_whose_place(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with served(ArithmeticPool()) as server:
            with caplog.at_level(logging.WARNING):
                for _ in range(2):
                    voice_of(server, "told-once")

    run(main)
    (line,) = [each.getMessage() for each in caplog.records if "told-once" in each.getMessage()]
    assert line.startswith("alba of one speaks for the voice told-once")
    assert "aliases:" in line
