"""Piper's real code with small voices that hum, through worker and pool, held to every backend's contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.backends.conftest import Engine, MakeEngine, Stage, checks_of
from tests.conformance.checking import CHECK_NAMES
from voice_server.core.audio.loudness import measured_lufs
from voice_server.core.types import WordMark
from voice_server.errors import RequestError
from voice_server.pool.conformance import ConformanceCheck

HUM, ANNA, OTTO = "en_US-hum-medium", "de_DE-pair-low+anna", "de_DE-pair-low+otto"
SENTENCE = "I am the king of the hill, for a while; it cost $5 in 2024."


@pytest.fixture(scope="module")
def piper(make_engine: MakeEngine) -> Engine:
    return make_engine("piper", voices=[HUM])


@pytest.fixture(scope="module")
def checks(piper: Engine) -> dict[str, ConformanceCheck]:
    return checks_of(piper)


@pytest.mark.parametrize("law", CHECK_NAMES)
def test_piper_keeps_each_law(checks: dict[str, ConformanceCheck], law: str) -> None:
    assert checks[law].passed, checks[law].detail


@pytest.fixture(scope="module")
def stage(piper: Engine) -> Iterator[Stage]:
    stage = Stage(piper)
    yield stage
    stage.close()


def test_each_file_and_each_speaker_of_a_file_is_a_voice_and_those_of_the_settings_come_first(
    stage: Stage,
) -> None:
    voices = stage.pool.voices()
    assert [voice.id for voice in voices] == [HUM, "de_DE-pair-low", ANNA, OTTO]
    assert [voice.language for voice in voices] == ["en-US", "de-DE", "de-DE", "de-DE"]
    assert [voice.name for voice in voices] == ["Hum", "Hum", "Hum, anna", "Hum, otto"]


def test_every_written_word_has_its_phonemes_and_its_time(stage: Stage) -> None:
    taken = stage.speak(SENTENCE, HUM)
    words = SENTENCE.replace(",", "").replace(";", "").replace("$", "").rstrip(".").split()
    assert [mark.word for mark in taken.marks] == words
    phonemes = dict(zip(words, (mark.phonemes for mark in taken.marks), strict=True))
    assert (phonemes["am"], phonemes["king"], phonemes["5"]) == ("ɐm", "kˈɪŋ", "dˈɑːlɚfˈaɪv")
    assert phonemes["2024"] == "tˈuːθˈaʊzəndtwˈɛntifˈɔːɹ"
    _assert_in_order(taken.marks, len(taken.pcm) / (22_050 * 2) * 1000)


def test_words_of_several_sentences_follow_one_another(stage: Stage) -> None:
    taken = stage.speak("One is here. Two is there! Three?", HUM)
    assert [mark.word for mark in taken.marks] == ["One", "is", "here", "Two", "is", "there", "Three"]
    _assert_in_order(taken.marks, len(taken.pcm) / (22_050 * 2) * 1000)


def _assert_in_order(marks: list[WordMark], audio_ms: float) -> None:
    assert all(0 <= mark.start_ms < mark.end_ms <= audio_ms for mark in marks)
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(marks))


def test_a_seed_repeats_a_render_and_another_one_varies_it(stage: Stage) -> None:
    first = stage.speak(SENTENCE, HUM, seed=1).pcm
    assert stage.speak(SENTENCE, HUM, seed=1).pcm == first
    assert stage.speak(SENTENCE, HUM, seed=2).pcm != first


def test_without_noise_every_seed_sounds_the_same(stage: Stage) -> None:
    still = {"noise_scale": 0.0, "noise_w": 0.0}
    assert stage.speak(SENTENCE, HUM, 1, **still).pcm == stage.speak(SENTENCE, HUM, 2, **still).pcm


def test_speakers_of_one_file_sound_different_and_the_first_is_the_files_own(stage: Stage) -> None:
    anna, otto = stage.speak("Guten Tag.", ANNA).pcm, stage.speak("Guten Tag.", OTTO).pcm
    assert stage.speak("Guten Tag.", "de_DE-pair-low").pcm == anna != otto


def test_a_small_voice_is_as_long_at_the_higher_rate(stage: Stage) -> None:
    small = stage.speak("Guten Tag.", ANNA, noise_w=0.0)
    assert small.marks[-1].end_ms <= len(small.pcm) / (22_050 * 2) * 1000
    assert small.marks[-1].end_ms > 0.9 * len(small.pcm) / (22_050 * 2) * 1000 - 200


def test_twice_the_speed_takes_half_the_time(stage: Stage) -> None:
    slow, fast = (stage.speak(SENTENCE, HUM, speed=speed, noise_w=0.0).pcm for speed in (0.5, 1.0))
    assert len(slow) == pytest.approx(2 * len(fast), rel=0.01)


def test_a_voice_that_is_not_there_is_refused(stage: Stage) -> None:
    with pytest.raises(RequestError, match="en_US-nobody-high"):
        stage.speak(SENTENCE, "en_US-nobody-high")


def test_a_voice_is_measured_once_and_brought_to_the_loudness_of_all(stage: Stage) -> None:
    loudness = []
    for voice in (HUM, ANNA):
        pcm = np.frombuffer(stage.speak(SENTENCE, voice).pcm, "<i2") / 32768
        loudness.append(measured_lufs(pcm, 22_050))
    assert loudness == pytest.approx([-23.0, -23.0], abs=2.0)
    beside = Path(stage.engine.config.settings["model"]) / "de_DE-pair-low.onnx.loudness.json"
    assert ANNA in json.loads(beside.read_text())["lufs"]
    beside.unlink()
    stage.speak(SENTENCE, ANNA)
    assert not beside.exists()


def test_what_was_measured_of_another_file_does_not_count(piper: Engine) -> None:
    folder = Path(piper.config.settings["model"])
    beside = folder / "en_US-hum-medium.onnx.loudness.json"
    beside.write_text(json.dumps({"file": [1, 2], "lufs": {HUM: 40.0}}))
    stage = Stage(piper)
    try:
        pcm = np.frombuffer(stage.speak(SENTENCE, HUM).pcm, "<i2") / 32768
    finally:
        stage.close()
    assert measured_lufs(pcm, 22_050) == pytest.approx(-23.0, abs=2.0)
    assert json.loads(beside.read_text())["lufs"][HUM] < 0


def test_phonemes_in_a_text_are_said_and_timed_as_their_words(stage: Stage) -> None:
    text = "See [Nginx](/ˌɛndʒɪnˈɛks/) in [New York](/nˈuː jˈɔːɹk/)."
    taken = stage.speak(text, HUM)
    assert [(mark.word, text[mark.start : mark.end], mark.phonemes) for mark in taken.marks] == [
        ("See", "See", "sˈiː"),
        ("Nginx", "Nginx", "ˌɛndʒɪnˈɛks"),
        ("in", "in", "ˈɪn"),
        ("New", "New", "nˈuː"),
        ("York", "York", "jˈɔːɹk"),
    ]
    _assert_in_order(taken.marks, len(taken.pcm) / (22_050 * 2) * 1000)
    whole = stage.speak("[a b](/ˈeɪbiː/)", HUM)
    assert [(mark.word, mark.phonemes) for mark in whole.marks] == [("a", "ˈeɪbiː"), ("b", "")]
