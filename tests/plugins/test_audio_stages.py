"""Our own stage of sound, as the list has it."""

from __future__ import annotations

from tests.plugins.plugging import CONTEXT
from voice_server.core.types import SAMPLE_RATE_HZ
from voice_server.plugins.audio_stages import AUDIO_STAGES, RESAMPLING


def test_sound_is_brought_to_the_clients_rate() -> None:
    (stage,) = AUDIO_STAGES
    assert stage.name == RESAMPLING
    opened = stage.open(22_050, CONTEXT)
    assert opened.to_hz == SAMPLE_RATE_HZ
    second = bytes(22_050 * 2)
    assert abs(len(opened.process(second) + opened.finish()) - SAMPLE_RATE_HZ * 2) <= 2
