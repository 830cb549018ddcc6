from __future__ import annotations

from pathlib import Path

from voice_server.commands.benchmark.engine_floor import EngineFloor
from voice_server.config import BackendConfig

TONE = Path(__file__).parents[3] / "tts_backends" / "tone" / "backend.py"
SOUND_IS_TEXT = (
    "from voice_server.worker.api import Voice\n"
    "class Backend:\n"
    "    sample_rate = 24000\n"
    "    def voices(self): yield Voice('ann', 'Ann', 'en')\n"
    "    def synthesize(self, text, voice, options): yield f'{text}|'.encode('utf-16-le')\n"
)
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


def test_what_is_rendered_is_what_the_server_gives_the_engine(tmp_path: Path) -> None:
    adapter = tmp_path / "backend.py"
    adapter.write_text(SOUND_IS_TEXT)
    sound: list[bytes] = []
    text = "<think>Hm.</think>It **cost** $4.5M [1]. So:\n```\nf(x)\n```\n"
    EngineFloor(BackendConfig(adapter=adapter)).speak(text, sound.append)
    assert (
        b"".join(sound).decode("utf-16-le") == "It cost four point five million dollars.|So:|Code omitted.|"
    )
