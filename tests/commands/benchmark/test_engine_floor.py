from __future__ import annotations

from pathlib import Path

from voice_server.commands.benchmark.engine_floor import EngineFloor
from voice_server.config import BackendConfig

TONE = Path(__file__).parents[3] / "tts_backends" / "tone" / "backend.py"
ESPEAK = TONE.parents[1] / "espeak" / "backend.py"


def test_every_sentence_is_rendered_once_and_timed() -> None:
    outcome = EngineFloor(BackendConfig(adapter=TONE)).run(
        ["Hello", " there", ".", " How", " are", " you", "?"]
    )
    assert len(outcome.sentence_ms) == 2
    assert all(ms > 0 for ms in outcome.sentence_ms)
    assert outcome.cpu_ms_per_audio_s > 0


def test_an_engine_that_pushes_its_audio_is_measured_by_that() -> None:
    floor = EngineFloor(BackendConfig(adapter=ESPEAK))
    assert len(floor.run(["Hello there.", " Yes."]).sentence_ms) == 2
    assert len(floor.run(["Again."]).sentence_ms) == 1


def test_the_first_sentence_is_whole_where_the_engine_streams() -> None:
    floor = EngineFloor(BackendConfig(adapter=TONE))
    assert len(floor.run(["When all of them had left, the house was quiet."]).sentence_ms) == 1
