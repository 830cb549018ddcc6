"""Voices of unknown loudness say a text once, and that can be stopped."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from voice_server.errors import RenderError, UnknownName
from voice_server.worker.api import Backend, Option, Pcm, Voice, WordMark
from voice_server.worker.measured_loudness import MeasuredLoudness
from voice_server.worker.samples import SAMPLES_VARIABLE

RATE_HZ = 8000
LEVELS = {"loud": 0.5, "soft": 0.05, "silent": 0.0}


class Humming:
    """Hums as loud as the voice's name says, and counts its renders."""

    sample_rate = RATE_HZ
    options = (Option("speed", "number", 1.0, 0.5, 2.0),)

    def __init__(self) -> None:
        self.renders: list[str] = []

    def voices(self) -> Iterator[Voice]:
        yield from (Voice(name, name, "en") for name in LEVELS)

    def synthesize(self, text: str, voice: str, options: Mapping[str, Any]) -> Iterator[Pcm | WordMark]:
        assert (options["speed"], options["seed"]) == (1.0, 0)
        if voice not in (*LEVELS, "broken", "recorded"):
            raise UnknownName("voice", voice, LEVELS)
        self.renders.append(voice)
        if voice == "broken":
            raise RenderError("the model made no sound of this text")
        yield WordMark("1", 0, 1, 0, 1)
        level = LEVELS.get(voice, 0.1)
        for _ in range(4):
            yield np.float32(level * np.sin(2 * math.pi * 1000 * np.arange(RATE_HZ // 2) / RATE_HZ))


class Pushing(Humming):
    """The same for an engine that calls back."""

    def push(self, text: str, voice: str, options: Mapping[str, Any], give: Any) -> None:
        any(map(give, self.synthesize(text, voice, options)))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "voice-server" / "loudness"


def measured(engine: Humming, **settings: object) -> MeasuredLoudness:
    return MeasuredLoudness(cast("Backend", engine), Path("backend.py"), settings)


def nothing() -> None:
    """A poll for which nobody has stopped."""


@pytest.mark.parametrize("kind", [Humming, Pushing])
def test_each_voice_is_measured_at_its_first_use_and_then_known(kind: type[Humming], cache: Path) -> None:
    engine = kind()
    loudness = measured(engine)
    loud, soft = (loudness.lufs_of(voice, nothing) for voice in ("loud", "soft"))
    assert loud == pytest.approx(-9.0, abs=0.2)
    assert soft == pytest.approx(-29.0, abs=0.2)
    assert loudness.lufs_of("silent", nothing) is None
    assert measured(engine).lufs_of("loud", nothing) == loud
    assert engine.renders == ["loud", "soft", "silent"]
    assert len(list(cache.iterdir())) == 1


def test_other_settings_are_another_engine() -> None:
    engine = Humming()
    for model in ("small", "large", "small"):
        measured(engine, model=model).lufs_of("loud", nothing)
    assert engine.renders == ["loud", "loud"]


def test_a_recording_that_changes_is_another_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SAMPLES_VARIABLE, str(tmp_path))
    recording = tmp_path / "recorded.wav"
    recording.write_bytes(b"one")
    engine = Humming()
    for content in (b"one", b"one", b"another"):
        if recording.read_bytes() != content:
            recording.write_bytes(content)
            os.utime(recording, (1, 1))
        measured(engine).lufs_of("recorded", nothing)
    assert engine.renders == ["recorded", "recorded"]


def test_a_voice_that_cannot_say_the_text_stays_as_it_is_and_one_that_there_is_not_is_refused() -> None:
    assert measured(Humming()).lufs_of("broken", nothing) is None
    with pytest.raises(UnknownName):
        measured(Humming()).lufs_of("nobody", nothing)


def test_a_stop_ends_it_and_the_next_use_measures() -> None:
    class Stopped(Exception):
        pass

    def stop() -> None:
        raise Stopped

    engine = Humming()
    loudness = measured(engine)
    with pytest.raises(Stopped):
        loudness.lufs_of("loud", stop)
    assert loudness.lufs_of("loud", nothing) == pytest.approx(-9.0, abs=0.2)
    assert engine.renders == ["loud", "loud"]
