"""Kokoro's speakers are tagged as the known names of the same voices, and found by their language."""

from __future__ import annotations

import pytest

from tts_backends.kokoro.loudness import loudness_of
from tts_backends.kokoro.speakers import LANGUAGES, built_in_voices, read_mix
from voice_server.voices.known_voices import KNOWN_VOICES
from voice_server.voices.language_tags import closest_language


def test_every_speaker_has_the_language_and_gender_of_the_known_name() -> None:
    known = {
        voice.kokoro: (voice.language, voice.gender)
        for voice in KNOWN_VOICES.values()
        if voice.language is not None
    }
    assert {voice.id: (voice.language, voice.gender) for voice in built_in_voices()} == known


@pytest.mark.parametrize("wanted", ["zh", "zh-CN", "zh-Hans", "cmn"])
def test_mandarin_is_found_under_each_of_its_tags(wanted: str) -> None:
    assert closest_language(wanted, LANGUAGES.values()) == LANGUAGES["z"]


def test_the_loudness_of_every_speaker_is_known_and_that_of_a_mix_lies_between() -> None:
    loudness = {voice.id: loudness_of(read_mix(voice.id)) for voice in built_in_voices()}
    assert (min(loudness.values()), max(loudness.values())) == (-29.9, -17.3)
    assert loudness_of(read_mix("if_sara+af_nova(3)")) == pytest.approx(0.25 * -17.3 + 0.75 * -29.9)
