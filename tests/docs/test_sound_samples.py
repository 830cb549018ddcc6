"""The samples on the page of engines."""

from __future__ import annotations

import re

from docs.hooks.sound_samples import MARKER, SOUND_SAMPLES, SoundSample, table
from tests.docs.page_reader import page
from tests.e2e.live import config_with
from tts_backends.espeak.backend import Backend as Espeak
from tts_backends.kokoro.speakers import SPEAKERS


def test_the_page_has_one_place_for_them() -> None:
    assert page("engines.md").count(MARKER) == 1


def test_every_voice_exists() -> None:
    known = {"espeak": {voice.id for voice in Espeak().voices()}, "kokoro": set(SPEAKERS),
             "piper": {"en_US-joe-medium"}}  # fmt: skip
    config_with(*{sample.backend for sample in SOUND_SAMPLES})
    assert not [sample for sample in SOUND_SAMPLES if sample.voice not in known[sample.backend]]


def test_no_two_have_the_same_file() -> None:
    assert len({sample.file for sample in SOUND_SAMPLES}) == len(SOUND_SAMPLES)


def test_what_spoke_can_be_played_and_what_did_not_says_how_to_set_it_up() -> None:
    spoken = SoundSample("espeak", "en-us", "English").file
    rows = re.findall("<tr><td>.*</tr>", table({spoken}))
    played = [row for row in rows if "<audio" in row]
    assert len(rows) == len(SOUND_SAMPLES)
    assert [spoken in row for row in played] == [True]
    assert all("voice-server setup" in row for row in rows if row not in played)
