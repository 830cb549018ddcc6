"""VibeVoice's real code with random weights, through worker and pool, held to the contract of backends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tests.backends.conftest import Engine, MakeEngine, Stage, checks_of
from tests.backends.recordings import record
from tests.conformance.checking import CHECK_NAMES
from voice_server.core.types import Frame
from voice_server.errors import RequestError
from voice_server.pool.conformance import ConformanceCheck

SENTENCE = "The quick brown fox jumps over the lazy dog."
_BYTES_A_CHUNK = 3200 * 2


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voice_samples")
    record(folder / "obama.wav", 3)
    record(folder / "hasty.wav", 0.5)
    return folder


@pytest.fixture(scope="module")
def vibevoice(make_engine: MakeEngine, samples: Path) -> Engine:
    return make_engine("vibevoice", samples=samples)


@pytest.fixture(scope="module")
def checks(vibevoice: Engine) -> dict[str, ConformanceCheck]:
    return checks_of(vibevoice)


@pytest.mark.parametrize("law", CHECK_NAMES)
def test_vibevoice_keeps_each_law(checks: dict[str, ConformanceCheck], law: str) -> None:
    assert checks[law].passed, checks[law].detail


@pytest.fixture(scope="module")
def stage(vibevoice: Engine) -> Iterator[Stage]:
    stage = Stage(vibevoice)
    yield stage
    stage.close()


def test_audio_leaves_while_the_model_is_still_at_work(stage: Stage, vibevoice: Engine) -> None:
    async def first_frame() -> int:
        async with aclosing(stage.pool.render(vibevoice.segment(SENTENCE * 5, "any"))) as items:
            async for item in items:
                if isinstance(item, Frame):
                    return len(item.pcm)
        return 0

    assert _BYTES_A_CHUNK / 2 < stage.run(first_frame()) <= _BYTES_A_CHUNK


def test_a_sentence_ends_although_the_model_would_not(stage: Stage) -> None:
    pcm = stage.speak(SENTENCE, "any").pcm
    seconds = len(pcm) / 48_000
    assert seconds <= 2 + 0.12 * len(SENTENCE) + 0.14
    assert len(pcm) % _BYTES_A_CHUNK == 0


def test_a_recording_decides_the_voice(stage: Stage) -> None:
    assert stage.speak(SENTENCE, "obama").pcm != stage.speak(SENTENCE, "any").pcm
    assert stage.speak(SENTENCE, "obama").pcm == stage.speak(SENTENCE, "obama").pcm


def test_a_recording_dropped_into_the_folder_is_a_voice_at_once(stage: Stage, samples: Path) -> None:
    record(samples / "later.wav", 3, seed=1)
    assert "later" in {voice.id for voice in stage.pool.voices()}
    assert stage.speak("Yes.", "later").pcm


@pytest.mark.parametrize(("voice", "code"), [("hasty", "bad_sample"), ("nobody", "unknown_voice")])
def test_a_recording_of_no_use_is_refused(stage: Stage, voice: str, code: str) -> None:
    with pytest.raises(RequestError) as caught:
        stage.speak(SENTENCE, voice)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("option", "other_name", "value"),
    [("guidance_scale", "cfg_scale", 3.0), ("num_diffusion_steps", "inference_steps", 2)],
)
def test_each_option_is_heard_under_both_its_names(
    stage: Stage, option: str, other_name: str, value: Any
) -> None:
    changed = stage.speak(SENTENCE, "obama", **{option: value}).pcm
    assert changed != stage.speak(SENTENCE, "obama").pcm
    assert stage.speak(SENTENCE, "obama", **{other_name: value}).pcm == changed


def test_options_that_the_model_ignores_are_taken_without_effect(stage: Stage) -> None:
    usual = stage.speak(SENTENCE, "any").pcm
    assert stage.speak(SENTENCE, "any", do_sample=True, temperature=1.5).pcm == usual
    with pytest.raises(RequestError, match="option temperature must be a number from 0 to 2, not 3"):
        stage.speak(SENTENCE, "any", temperature=3)


def test_it_speaks_in_the_precision_that_gpus_use(make_engine: MakeEngine) -> None:
    stage = Stage(make_engine("vibevoice", dtype="bfloat16"))
    try:
        assert len(stage.speak(SENTENCE, "any").pcm) >= 10 * _BYTES_A_CHUNK
    finally:
        stage.close()
