"""What Cartesia's clients ask for."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.endpoints.serving import run, served
from voice_server.endpoints.dialects.cartesia.cartesia_fields import (
    CartesiaMessage,
    CartesiaOutput,
    CartesiaVoiceFields,
    cartesia_settings,
)
from voice_server.errors import RequestError


@pytest.mark.parametrize(
    ("fields", "voice"),
    [
        ({}, "alba"),
        ({"voice": "bert"}, "bert"),
        ({"voice": {"mode": "id", "id": "bert"}}, "bert"),
        ({"voice": {"mode": "id", "id": "f786b574-daa5-4673-aa0c-cbe3e8534c02"}}, "alba"),
        ({"voice": {"mode": "embedding", "embedding": [0.1]}, "language": "de"}, "bert"),
        ({"locale": "de-AT", "model_id": "sonic-3"}, "bert"),
    ],
)
def test_who_speaks(fields: dict[str, Any], voice: str) -> None:
    async def main() -> None:
        async with served() as server:
            settings, _ = cartesia_settings(server.service, msgspec.convert(fields, CartesiaVoiceFields))
            assert settings.voice == voice

    run(main)


def test_how_it_is_spoken() -> None:
    async def main() -> None:
        async with served() as server:
            for given, speed in (
                ({"generation_config": {"speed": 1.5, "volume": 2, "emotion": "sad"}}, 1.5),
                ({"speed": "slow"}, 0.8),
                ({"speed": "normal"}, 1.0),
            ):
                fields = msgspec.convert(given, CartesiaVoiceFields)
                assert cartesia_settings(server.service, fields)[0].options["speed"] == speed
            fields = CartesiaVoiceFields(normalization="off", add_phoneme_timestamps=True)
            settings, _ = cartesia_settings(server.service, fields, max_wait_ms=50)
            assert (settings.word_times, settings.max_wait_ms) == (True, 50)
            with pytest.raises(RequestError, match="not both"):
                cartesia_settings(server.service, CartesiaVoiceFields(language="en", locale="en"))

    run(main)


@pytest.mark.parametrize(
    ("output", "media_type", "rate"),
    [
        (CartesiaOutput(), "audio/pcm", 44_100),
        (CartesiaOutput(encoding="pcm_f32le"), "audio/x-f32le", 44_100),
        (CartesiaOutput(encoding="pcm_mulaw", sample_rate=8000), "audio/PCMU", 8000),
        (CartesiaOutput(container="wav", encoding="pcm_f32le"), "audio/wav", 44_100),
        (CartesiaOutput(container="mp3", bit_rate=64_000), "audio/mpeg", 44_100),
    ],
)
def test_the_encoding(output: CartesiaOutput, media_type: str, rate: int) -> None:
    encoding = output.chosen()
    assert (encoding.format.media_type, encoding.sample_rate_hz) == (media_type, rate)


def test_a_message_says_whether_it_is_continued() -> None:
    assert msgspec.json.decode(b'{"continue":true}', type=CartesiaMessage).is_continued
