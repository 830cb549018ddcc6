"""Chatterbox Turbo: the real code with random weights, through worker and pool."""

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

SENTENCE = "The quick brown fox jumps over the lazy dog."
# How long random weights speak does not depend on the text.
APPLICABLE = [law for law in CHECK_NAMES if law != "speaks long sentences whole"]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voice_samples")
    record(folder / "Obama.wav", 6)
    record(folder / "hasty.wav", 2)
    record(folder / "mute.wav", 6, loudness=0)
    (folder / "broken.mp3").write_bytes(b"no sound at all")
    (folder / "notes.txt").write_text("not a recording")
    (folder / "linked.wav").symlink_to(folder / "Obama.wav")
    return folder


@pytest.fixture(scope="module")
def turbo(make_engine: MakeEngine, samples: Path) -> Engine:
    return make_engine("chatterbox", samples=samples, part="turbo")


@pytest.fixture(scope="module")
def checks(turbo: Engine) -> dict[str, ConformanceCheck]:
    return checks_of(turbo)


@pytest.mark.parametrize("law", APPLICABLE)
def test_chatterbox_keeps_each_law(checks: dict[str, ConformanceCheck], law: str) -> None:
    assert checks[law].passed, checks[law].detail


@pytest.fixture(scope="module")
def stage(turbo: Engine) -> Iterator[Stage]:
    stage = Stage(turbo)
    yield stage
    stage.close()


def test_its_voices_are_its_own_and_the_plain_files_among_the_samples(stage: Stage) -> None:
    voices = {voice.id: voice.kind for voice in stage.pool.voices()}
    assert voices == {"default": "built_in", **dict.fromkeys(("Obama", "broken", "hasty", "mute"), "sample")}


def test_it_says_that_it_clones_and_watermarks_and_which_sounds_it_knows(stage: Stage) -> None:
    ready = stage.pool.backends["chatterbox"].ready
    assert ready is not None
    abilities = ready.capabilities
    assert (abilities.clones, abilities.watermark) == (True, True)
    assert {"laugh", "chuckle", "sigh", "cough", "throat", "sniff"} <= set(abilities.tags)
    assert "sneeze" not in abilities.tags  # Turbo has no token for it


def test_a_recording_dropped_into_the_folder_is_a_voice_at_once(stage: Stage, samples: Path) -> None:
    pids = stage.pool.pids("chatterbox")
    record(samples / "later.wav", 6, seed=1)
    assert "later" in {voice.id for voice in stage.pool.voices()}
    assert stage.speak(SENTENCE, "later").pcm
    assert stage.pool.pids("chatterbox") == pids


def test_another_recording_under_the_same_name_is_another_speaker(stage: Stage, samples: Path) -> None:
    record(samples / "changing.wav", 6, seed=2)
    first = stage.speak(SENTENCE, "changing").pcm
    assert stage.speak(SENTENCE, "changing").pcm == first
    record(samples / "changing.wav", 6, seed=3)
    assert stage.speak(SENTENCE, "changing").pcm != first


def test_a_clone_made_by_one_worker_sounds_the_same_from_another(stage: Stage, turbo: Engine) -> None:
    first = stage.speak(SENTENCE, "Obama").pcm
    other = Stage(turbo)
    try:
        assert other.speak(SENTENCE, "Obama").pcm == first
    finally:
        other.close()


@pytest.mark.parametrize(
    ("voice", "complaint"),
    [
        ("hasty", "is 2.0 s long; record at least 5.1 s"),
        ("mute", "is silent"),
        ("broken", "cannot be read; it must be wav, mp3, flac, ogg"),
    ],
)
def test_a_recording_of_no_use_is_refused_with_what_to_do(stage: Stage, voice: str, complaint: str) -> None:
    with pytest.raises(RequestError, match=complaint) as caught:
        stage.speak(SENTENCE, voice)
    assert caught.value.code == "bad_sample"


@pytest.mark.parametrize("voice", ["nobody", "../Obama", "Obama.wav", "linked", "notes"])
def test_a_voice_is_a_name_and_never_a_path(stage: Stage, voice: str) -> None:
    with pytest.raises(RequestError) as caught:
        stage.speak(SENTENCE, voice)
    assert caught.value.code == "unknown_voice"


def test_a_tag_is_spoken_as_the_tokenizer_spells_it(stage: Stage) -> None:
    assert stage.speak("Well [THROAT] then.", "default").pcm == (
        stage.speak("Well [clear throat] then.", "default").pcm
    )


def test_the_seed_decides_the_sound(stage: Stage) -> None:
    assert stage.speak(SENTENCE, "default", 1).pcm != stage.speak(SENTENCE, "default", 2).pcm


@pytest.mark.parametrize(("option", "value"), [("temperature", 0.3), ("top_p", 0.1), ("top_k", 1)])
def test_each_option_is_heard(stage: Stage, option: str, value: Any) -> None:
    assert stage.speak(SENTENCE, "default", **{option: value}).pcm != stage.speak(SENTENCE, "default").pcm


def test_a_recording_is_levelled_unless_told_otherwise(stage: Stage) -> None:
    levelled = stage.speak(SENTENCE, "Obama").pcm
    assert stage.speak(SENTENCE, "Obama", norm_loudness=True).pcm == levelled
    assert stage.speak(SENTENCE, "Obama", norm_loudness=False).pcm != levelled


def test_options_of_its_sisters_are_taken_without_effect(stage: Stage) -> None:
    ready = stage.pool.backends["chatterbox"].ready
    assert ready is not None
    ignored = {each.name for each in ready.capabilities.options if each.ignored}
    assert ignored == {"exaggeration", "cfg_weight", "min_p"}
    usual = stage.speak(SENTENCE, "default").pcm
    assert stage.speak(SENTENCE, "default", exaggeration=1.5, cfg_weight=0.0, min_p=0.5).pcm == usual
    with pytest.raises(RequestError, match="option exaggeration must be a number from 0 to 2, not 3"):
        stage.speak(SENTENCE, "default", exaggeration=3)
