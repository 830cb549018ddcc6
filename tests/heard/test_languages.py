"""Whisper base listens to other languages than English, two of the doctor's samples each."""

from __future__ import annotations

import asyncio

import pytest

from tests.heard.engines import Listening
from voice_server.commands.doctor.spoken_samples import SAMPLES
from voice_server.commands.doctor.take import record_take
from voice_server.commands.shared.listener import Heard, Sound, hear, word_error_rate

pytestmark = [pytest.mark.heard, pytest.mark.timeout(600), pytest.mark.blocks_loop]


async def heard_in(url: str, language: str, voice: str, backend: str) -> list[Heard]:
    takes = [
        await record_take(url, text, voice=voice, backend=backend, lang=language)
        for text in SAMPLES[language][:2]
    ]
    assert not [code for take in takes for code in take.warnings]
    return await hear([Sound(take.pcm, take.rate_hz, [take.text]) for take in takes], language)


@pytest.mark.parametrize(
    ("language", "voice"), [("es", "ef_dora"), ("fr", "ff_siwis"), ("it", "if_sara"), ("pt", "pf_dora")]
)
def test_kokoro_s_languages_are_heard(language: str, voice: str, listening: Listening) -> None:
    heard = asyncio.run(heard_in(listening.server.url, language, voice, "kokoro"))
    assert word_error_rate(heard) <= 0.15, heard
