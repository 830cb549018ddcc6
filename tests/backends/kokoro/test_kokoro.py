"""Kokoro's real code with random weights, through worker and pool, held to the contract of all backends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.backends.conftest import Engine, MakeEngine, Stage, checks_of
from tests.conformance.checking import CHECK_NAMES
from voice_server.errors import RequestError
from voice_server.pool.conformance import ConformanceCheck

SENTENCE = "The quick brown fox jumps over the lazy dog."


@pytest.fixture(scope="module")
def kokoro(make_engine: MakeEngine) -> Engine:
    return make_engine("kokoro", mixes={"warm": "af_bella(2)+af_sky(1)"})


@pytest.fixture(scope="module")
def checks(kokoro: Engine) -> dict[str, ConformanceCheck]:
    return checks_of(kokoro)


@pytest.mark.parametrize("law", CHECK_NAMES)
def test_kokoro_keeps_each_law(checks: dict[str, ConformanceCheck], law: str) -> None:
    assert checks[law].passed, checks[law].detail


@pytest.fixture(scope="module")
def stage(kokoro: Engine) -> Iterator[Stage]:
    stage = Stage(kokoro)
    yield stage
    stage.close()


def test_it_lists_the_54_voices_and_the_saved_mixes_without_reading_any(stage: Stage) -> None:
    voices = stage.pool.voices()
    assert len(voices) == 55
    assert voices[0].id == "af_heart"
    assert (voices[-1].id, voices[-1].language, voices[-1].gender) == ("warm", "en-US", "female")


def test_a_mix_sounds_the_same_however_it_is_written(stage: Stage) -> None:
    saved = stage.speak(SENTENCE, "warm")
    assert saved.pcm == stage.speak(SENTENCE, "af_bella(4) + af_sky(2)").pcm
    assert saved.pcm != stage.speak(SENTENCE, "af_bella,af_sky").pcm
    assert saved.pcm != stage.speak(SENTENCE, "af_bella").pcm


@pytest.mark.parametrize(
    "voice", ["af_nobody", "af_bella+af_nobody", "af_bella(0)", "../af_bella", "af_adam.pt"]
)
def test_a_mix_of_what_is_not_there_is_refused(stage: Stage, voice: str) -> None:
    with pytest.raises(RequestError) as caught:
        stage.speak(SENTENCE, voice)
    assert caught.value.code in {"unknown_voice", "invalid_request"}


def test_every_word_has_its_phonemes_and_the_time_that_the_model_gave_it(stage: Stage) -> None:
    taken = stage.speak(SENTENCE, "af_heart")
    assert [mark.word for mark in taken.marks] == SENTENCE.rstrip(".").split()
    assert all(mark.phonemes and mark.end_ms > mark.start_ms for mark in taken.marks)
    assert taken.marks[-1].end_ms <= len(taken.pcm) / 48


def test_words_of_other_languages_are_timed_even_when_one_becomes_several(stage: Stage) -> None:
    taken = stage.speak("Tengo 42 gatos en casa.", "ef_dora")
    assert [mark.word for mark in taken.marks] == ["Tengo", "42", "gatos", "en", "casa."]


def test_inline_phonemes_are_spoken_as_written(stage: Stage) -> None:
    taken = stage.speak("Say [Kokoro](/kˈOkəɹO/) now.", "af_heart")
    assert [(mark.word, mark.phonemes) for mark in taken.marks][1] == ("Kokoro", "kˈOkəɹO")


@pytest.mark.parametrize("voice", ["af_heart", "ff_siwis"])
def test_a_text_beyond_510_phonemes_is_spoken_whole(stage: Stage, voice: str) -> None:
    text = "one two three four five six seven eight nine ten " * 14
    taken = stage.speak(text.strip(), voice)
    assert len(taken.marks) == len(text.split())
    assert len({mark.start_ms for mark in taken.marks}) == len(taken.marks)


def test_the_language_is_the_voices_unless_another_is_asked_for(stage: Stage) -> None:
    text = "Le chat dort."
    assert (
        stage.speak(text, "ff_siwis").marks[0].phonemes
        != stage.speak(text, "ff_siwis", language="es").marks[0].phonemes
    )


def test_british_voices_read_british_english(stage: Stage) -> None:
    text = "The bath is half full."
    british, american = stage.speak(text, "bf_emma"), stage.speak(text, "af_heart")
    assert [mark.word for mark in british.marks] == [mark.word for mark in american.marks]
    assert "ɑː" in (british.marks[1].phonemes or "")
    assert "æ" in (american.marks[1].phonemes or "")
    assert stage.speak(text, "af_heart", language="en-GB").marks[1].phonemes == british.marks[1].phonemes


@pytest.mark.parametrize("quality", ["streamed", "exact"])
def test_a_long_sentence_comes_in_pieces_only_where_they_are_wanted(stage: Stage, quality: str) -> None:
    text = "one two three four five six seven eight nine ten " * 3
    frames = {each: stage.speak(text, "af_heart", quality=each) for each in ("streamed", "exact")}
    assert len(frames["streamed"].pcm) == len(frames["exact"].pcm)
    assert frames["streamed"].marks == frames["exact"].marks
    assert frames["exact"].frames < frames["streamed"].frames


def test_a_seed_repeats_the_noise_and_another_one_changes_it(stage: Stage) -> None:
    assert stage.speak(SENTENCE, "af_heart", seed=1).pcm == stage.speak(SENTENCE, "af_heart", seed=1).pcm
    assert stage.speak(SENTENCE, "af_heart", seed=1).pcm != stage.speak(SENTENCE, "af_heart", seed=2).pcm


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"runtime": "torch"}, "no torch; in backends.yaml: environment: tts_backends/kokoro/torch"),
        ({"device": "cuda"}, "ONNX Runtime renders on the CPU in float32; for device cuda"),
        ({"dtype": "bfloat16"}, "ONNX Runtime renders on the CPU in float32; for device cpu, dtype bfloat16"),
        ({"runtime": "tensorflow"}, "runtime is one of auto, onnx, torch, not 'tensorflow'"),
        ({"dtype": "int4"}, "dtype is one of float32, bfloat16, float16, not 'int4'"),
    ],
)
def test_a_setting_that_cannot_be_had_is_refused_with_what_can(
    make_engine: MakeEngine, settings: dict[str, str], sentence: str
) -> None:
    engine = make_engine("kokoro", **settings)

    async def error() -> str:
        async with engine.pool() as pool:
            return pool.backends["kokoro"].error

    assert sentence in asyncio.run(error())


def test_a_model_that_is_not_there_is_one_sentence(make_engine: MakeEngine) -> None:
    engine = make_engine("kokoro", model="nobody/no-such-model")

    async def error() -> str:
        async with engine.pool() as pool:
            return pool.backends["kokoro"].error

    assert asyncio.run(error()) == (
        "the weights nobody/no-such-model are not on this machine; run: voice-server setup kokoro"
    )
