"""What ElevenLabs' clients ask for."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.serving import run, served
from voice_server.endpoints.dialects.elevenlabs.elevenlabs_fields import (
    ContextMessage,
    ElevenLabsSpeechFields,
    FirstMessage,
    OutputFormat,
    SocketQuery,
    VoiceSettings,
    elevenlabs_settings,
    encoding_of,
)


@pytest.mark.parametrize(
    ("name", "media_type", "rate", "bit_rate"),
    [
        ("mp3_22050_32", "audio/mpeg", 22_050, 32_000),
        ("pcm_32000", "audio/pcm", 32_000, None),
        ("ulaw_8000", "audio/PCMU", 8000, None),
        ("alaw_8000", "audio/PCMA", 8000, None),
        ("opus_48000_192", "audio/ogg", 48_000, 192_000),
        ("wav_44100", "audio/wav", 44_100, None),
    ],
)
def test_what_a_format_means(name: OutputFormat, media_type: str, rate: int, bit_rate: int | None) -> None:
    encoding = encoding_of(name)
    assert encoding.format.media_type == media_type
    assert (encoding.sample_rate_hz, encoding.bit_rate) == (rate, bit_rate)


@pytest.mark.parametrize("name", get_args(OutputFormat))
def test_every_format_can_be_encoded(name: OutputFormat) -> None:
    encoding_of(name)


@pytest.mark.parametrize(
    ("voice", "more", "wanted"),
    [
        ("", {}, "alba"),
        ("bert", {}, "bert"),
        ("hpp4J3VqNfWAUOO0d1Us", {}, "alba"),
        ("hpp4J3VqNfWAUOO0d1Us", {"language_code": "de"}, "bert"),
        ("bert", {"model_id": "eleven_turbo_v2_5"}, "bert"),
    ],
)
def test_who_speaks(voice: str, more: dict[str, Any], wanted: str) -> None:
    async def main() -> None:
        async with served() as server:
            fields = msgspec.convert({"text": "One."} | more, ElevenLabsSpeechFields)
            assert elevenlabs_settings(server.service, voice, fields)[0].voice == wanted

    run(main)


def test_how_it_is_spoken() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(normalizes=())) as server:
            fields = ElevenLabsSpeechFields(text="One.", apply_text_normalization="off")
            given = msgspec.convert({"stability": 0.1, "speed": 1.5}, VoiceSettings)
            settings, _ = elevenlabs_settings(server.service, "bert", fields, given, word_times=True)
            assert settings.options["speed"] == 1.5
            assert (settings.normalized_kinds, settings.word_times) == (frozenset(), True)
            query = SocketQuery(enable_ssml_parsing=True)
            settings, _ = elevenlabs_settings(server.service, "bert", query)
            assert settings.normalized_kinds
            assert settings.markup == "ssml"

    run(main)


@pytest.mark.parametrize(
    "message",
    [
        {"xi_api_key": "k"},
        {"xi-api-key": "k"},
        {"authorization": "Bearer k"},
        {"authorization": "k"},
        {"single_use_token": "k"},
    ],
)
def test_every_place_of_a_key(message: dict[str, str]) -> None:
    assert msgspec.convert(message, FirstMessage).keys == ["k"]


def test_a_context_has_one_of_two_names() -> None:
    assert msgspec.convert({"contextId": "c"}, ContextMessage).camel_context_id == "c"
