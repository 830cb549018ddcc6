"""The original English model: the real code with random weights, through worker and pool."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.backends.conftest import Engine, MakeEngine, Stage, checks_of
from tests.backends.recordings import record
from tests.conformance.checking import CHECK_NAMES
from voice_server.errors import RequestError
from voice_server.pool.conformance import ConformanceCheck
from voice_server.pool.worker_pool import BackendState

SENTENCE = "The quick brown fox jumps over the lazy dog."
# These weights speak for 30 tokens of 40 ms, whatever the text.
SPOKEN_BYTES = 30 * 40 * 48
CUT_BYTES = 25 * 48
"""The most that a worker cuts of the 20 ms of silence in front of it."""
APPLICABLE = [law for law in CHECK_NAMES if law != "speaks long sentences whole"]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voice_samples")
    record(folder / "anna.wav", 2)
    record(folder / "bert.wav", 2, seed=1)
    record(folder / "hasty.wav", 0.5)
    return folder


@pytest.fixture(scope="module")
def english(make_engine: MakeEngine, samples: Path) -> Engine:
    return make_engine("chatterbox", samples=samples, part="english", kind="english")


@pytest.fixture(scope="module")
def checks(english: Engine) -> dict[str, ConformanceCheck]:
    return checks_of(english)


@pytest.mark.parametrize("law", APPLICABLE)
def test_the_english_model_keeps_each_law(checks: dict[str, ConformanceCheck], law: str) -> None:
    assert checks[law].passed, checks[law].detail


@pytest.fixture(scope="module")
def stage(english: Engine) -> Iterator[Stage]:
    stage = Stage(english)
    yield stage
    stage.close()


def test_the_seed_decides_the_sound(stage: Stage) -> None:
    first = stage.speak(SENTENCE, "default", 1).pcm
    assert SPOKEN_BYTES - CUT_BYTES < len(first) <= SPOKEN_BYTES
    assert stage.speak(SENTENCE, "default", 1).pcm == first
    assert stage.speak(SENTENCE, "default", 2).pcm != first


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("temperature", 3.0),
        ("exaggeration", 2.0),
        ("cfg_weight", 1.0),
        ("cfg_weight", 0.0),
        ("top_p", 0.1),
        ("min_p", 0.9),
    ],
)
def test_each_option_is_heard(stage: Stage, option: str, value: Any) -> None:
    usual = stage.speak(SENTENCE, "default").pcm
    changed = stage.speak(SENTENCE, "default", **{option: value}).pcm
    assert changed != usual
    assert SPOKEN_BYTES - CUT_BYTES < len(changed) <= SPOKEN_BYTES
    assert stage.speak(SENTENCE, "default", **{option: value}).pcm == changed


def test_options_of_its_sister_are_taken_without_effect(stage: Stage) -> None:
    ready = stage.pool.backends["chatterbox"].ready
    assert ready is not None
    assert {each.name for each in ready.capabilities.options if each.ignored} == {"top_k", "norm_loudness"}
    usual = stage.speak(SENTENCE, "default").pcm
    assert stage.speak(SENTENCE, "default", top_k=5, norm_loudness=False).pcm == usual
    with pytest.raises(RequestError, match="option top_k must be a whole number from 1 to 1000, not 0"):
        stage.speak(SENTENCE, "default", top_k=0)
    with pytest.raises(RequestError, match="unknown option 'speed'"):
        stage.speak(SENTENCE, "default", speed=1.0)


def test_a_recording_decides_the_voice(stage: Stage) -> None:
    assert stage.speak(SENTENCE, "anna").pcm != stage.speak(SENTENCE, "bert").pcm
    assert stage.speak(SENTENCE, "anna").pcm == stage.speak(SENTENCE, "anna").pcm
    with pytest.raises(RequestError, match=r"is 0\.5 s long; record at least 1 s"):
        stage.speak(SENTENCE, "hasty")


def test_it_laughs_where_its_tokenizer_can(stage: Stage) -> None:
    ready = stage.pool.backends["chatterbox"].ready
    assert ready is not None
    assert ready.capabilities.tags == ("laugh",)
    assert stage.speak("Well [laugh] then.", "default").pcm == (
        stage.speak("Well [laughter] then.", "default").pcm
    )


def _without_voice(english: Engine, folder: Path) -> dict[str, str]:
    """Settings for the same model without a voice of its own."""
    folder.mkdir()
    for file in Path(english.config.settings["model"]).iterdir():
        if file.name != "conds.pt":
            (folder / file.name).symlink_to(file)
    return {"model": str(folder), "kind": "english"}


def test_a_model_without_a_voice_of_its_own_speaks_with_recordings(
    make_engine: MakeEngine, english: Engine, tmp_path: Path
) -> None:
    samples = tmp_path / "samples"
    samples.mkdir()
    record(samples / "anna.wav", 2)
    settings = _without_voice(english, tmp_path / "model")
    stage = Stage(make_engine("chatterbox", samples=samples, **settings))
    try:
        assert [voice.id for voice in stage.pool.voices()] == ["anna"]
        assert len(stage.speak(SENTENCE, "anna").pcm) > SPOKEN_BYTES - CUT_BYTES
        with pytest.raises(RequestError) as caught:
            stage.speak(SENTENCE, "default")
        assert caught.value.code == "unknown_voice"
    finally:
        stage.close()


def test_a_model_without_any_voice_says_what_is_missing(
    make_engine: MakeEngine, english: Engine, tmp_path: Path
) -> None:
    settings = _without_voice(english, tmp_path / "model")
    (tmp_path / "none").mkdir()
    stage = Stage(make_engine("chatterbox", samples=tmp_path / "none", **settings))
    try:
        status = stage.pool.backends["chatterbox"]
        assert status.state is BackendState.DOWN
        assert "no voice of its own (conds.pt), and there is no voice sample" in status.error
    finally:
        stage.close()
