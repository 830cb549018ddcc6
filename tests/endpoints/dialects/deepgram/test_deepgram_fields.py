"""The parameters of Deepgram's addresses."""

from __future__ import annotations

import pytest

from tests.endpoints.serving import run, served
from voice_server.endpoints.dialects.deepgram.deepgram_fields import deepgram_settings, socket_encoding


@pytest.mark.parametrize(("name", "rate"), [("linear16", 24_000), ("mulaw", 8000), ("alaw", 8000)])
def test_an_encoding_has_its_usual_rate(name: str, rate: int) -> None:
    assert socket_encoding(name, None).sample_rate_hz == rate
    assert socket_encoding(name, 16_000).sample_rate_hz == 16_000


@pytest.mark.parametrize(
    ("model", "voice"),
    [
        ("", "alba"),
        ("alba", "alba"),
        ("bert", "bert"),
        ("aura-2-andromeda-en", "alba"),
        ("aura-2-julius-de", "bert"),
        ("aura-2-nobody-xx", "alba"),
    ],
)
def test_a_model_is_a_voice_of_ours_or_the_one_of_its_language(model: str, voice: str) -> None:
    async def main() -> None:
        async with served() as server:
            assert deepgram_settings(server.service, model)[0].voice == voice

    run(main)
