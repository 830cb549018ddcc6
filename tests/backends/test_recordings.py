"""Recordings in every format are cloned from, and those of no use are refused with what to do about them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.backends.conftest import MakeEngine, Stage
from tests.backends.recordings import FORMATS, USELESS, record, record_formats, record_useless
from voice_server.errors import RequestError

ENGINES: dict[str, dict[str, Any]] = {"chatterbox": {"part": "turbo"}, "vibevoice": {}}
# In 16-bit steps: the last digits of what Chatterbox computes depend on where it lies in memory.
TOLERANCES = {"chatterbox": 8, "vibevoice": 0}
SENTENCE = "The quick brown fox jumps over the lazy dog."
_LONG_S = 300


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voice_samples")
    record_formats(folder, 6)
    record_useless(folder, 6)
    return folder


@pytest.fixture(scope="module", params=ENGINES)
def stage(request: pytest.FixtureRequest, make_engine: MakeEngine, samples: Path) -> Iterator[Stage]:
    stage = Stage(make_engine(request.param, samples=samples, **ENGINES[request.param]))
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def another(stage: Stage, samples: Path) -> bytes:
    """What another speaker sounds like."""
    record(samples / "another.wav", 6, loudness=0.1, seed=5)
    pcm: bytes = stage.speak(SENTENCE, "another").pcm
    return pcm


@pytest.mark.timeout(600)
@pytest.mark.parametrize("file", FORMATS)
def test_a_voice_is_cloned_from_each_format(stage: Stage, another: bytes, file: str) -> None:
    voice = Path(file).stem
    assert voice in {each.id for each in stage.pool.voices()}
    pcm = stage.speak(SENTENCE, voice).pcm
    assert pcm
    assert pcm != another


@pytest.mark.timeout(600)
def test_what_loses_nothing_makes_the_same_voice(stage: Stage, another: bytes) -> None:
    tolerance = TOLERANCES[stage.engine.name]
    plain = stage.speak(SENTENCE, "plain").pcm
    assert _difference(stage.speak(SENTENCE, "Zoë Müller").pcm, plain) <= tolerance
    assert _difference(stage.speak(SENTENCE, "stereo").pcm, plain) <= tolerance
    assert _difference(another, plain) > tolerance


def _difference(one: bytes, other: bytes) -> float:
    first, second = (np.frombuffer(pcm, "<i2").astype(int) for pcm in (one, other))
    return float(abs(first - second).max()) if len(first) == len(second) else np.inf


@pytest.mark.timeout(600)
@pytest.mark.parametrize("voice", USELESS)
def test_a_recording_of_no_use_is_refused_with_what_to_do(stage: Stage, voice: str) -> None:
    with pytest.raises(RequestError, match=USELESS[voice]) as caught:
        stage.speak(SENTENCE, voice)
    assert caught.value.code == "bad_sample"


@pytest.mark.timeout(600)
def test_of_a_very_long_recording_the_first_half_minute_counts(stage: Stage, samples: Path) -> None:
    record(samples / "long.wav", _LONG_S, seed=9)
    record(samples / "longer.wav", _LONG_S, seed=9)
    with (samples / "longer.wav").open("r+b") as other_end:
        other_end.seek(-16_000, 2)
        other_end.write(bytes(16_000))
    assert stage.speak(SENTENCE, "long").pcm == stage.speak(SENTENCE, "longer").pcm


@pytest.mark.timeout(600)
def test_of_two_recordings_with_one_name_neither_is_a_voice(stage: Stage, samples: Path) -> None:
    for suffix in (".wav", ".flac"):
        (samples / f"twice{suffix}").write_bytes((samples / "plain.wav").read_bytes())
    assert "twice" not in {each.id for each in stage.pool.voices()}
    with pytest.raises(RequestError) as caught:
        stage.speak(SENTENCE, "twice")
    assert caught.value.code == "unknown_voice"
