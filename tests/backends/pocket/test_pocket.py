"""Pocket TTS' real code with random weights, through worker and pool, held to the contract of backends."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tests.backends.bare_worker import BareWorker
from tests.backends.conftest import Engine, MakeEngine, Stage, checks_of
from tests.backends.recordings import FORMATS, USELESS, record, record_formats, record_useless
from tests.conformance.checking import CHECK_NAMES
from voice_server.core.types import Frame
from voice_server.errors import RequestError
from voice_server.pool.conformance import ConformanceCheck
from voice_server.provisioning.environments import python_of

SENTENCE = "The quick brown fox jumps over the lazy dog."
_FRAME_BYTES = 1920 * 2
_FADE_BYTES = 120 * 2


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voice_samples")
    record(folder / "obama.wav", 3)
    record(folder / "other.wav", 3, seed=1)
    record_useless(folder, 3)
    return folder


@pytest.fixture(scope="module")
def pocket(make_engine: MakeEngine, samples: Path) -> Engine:
    return make_engine("pocket", samples=samples, part="cloning")


@pytest.fixture(scope="module")
def checks(pocket: Engine) -> dict[str, ConformanceCheck]:
    return checks_of(pocket)


@pytest.mark.parametrize("law", CHECK_NAMES)
def test_pocket_keeps_each_law(checks: dict[str, ConformanceCheck], law: str) -> None:
    assert checks[law].passed, checks[law].detail


@pytest.fixture(scope="module")
def stage(pocket: Engine) -> Iterator[Stage]:
    stage = Stage(pocket)
    yield stage
    stage.close()


def test_audio_leaves_frame_by_frame(stage: Stage, pocket: Engine) -> None:
    async def first_frame() -> int:
        async with aclosing(stage.pool.render(pocket.segment(SENTENCE * 5, "alba"))) as items:
            async for item in items:
                if isinstance(item, Frame):
                    return len(item.pcm)
        return 0

    assert _FRAME_BYTES / 2 < stage.run(first_frame()) <= _FRAME_BYTES


def test_the_voices_of_the_model_are_listed_with_the_recordings(stage: Stage) -> None:
    voices = {voice.id: voice for voice in stage.pool.voices()}
    assert list(voices)[:2] == ["alba", "marius"]
    assert {"obama", "other"} < set(voices)
    assert (voices["alba"].gender, voices["marius"].gender) == ("female", "male")
    assert {voice.language for voice in voices.values()} == {"en"}


def test_every_voice_sounds_different(stage: Stage) -> None:
    spoken = [stage.speak(SENTENCE, voice).pcm for voice in ("alba", "marius", "obama", "other")]
    assert len(set(spoken)) == 4
    assert stage.speak(SENTENCE, "obama").pcm == spoken[2]


def test_a_clone_made_by_one_worker_sounds_the_same_from_another(pocket: Engine, stage: Stage) -> None:
    spoken = stage.speak(SENTENCE, "obama").pcm
    kept = Path(pocket.config.env["XDG_CACHE_HOME"] or "") / "voice-server" / "pocket"
    files = sorted(kept.glob("*.safetensors"))
    assert files
    with BareWorker(pocket) as worker:
        assert worker.render(1, SENTENCE, "obama") == spoken
    assert sorted(kept.glob("*.safetensors")) == files


def test_a_recording_dropped_into_the_folder_is_a_voice_at_once(stage: Stage, samples: Path) -> None:
    record(samples / "later.wav", 3, seed=2)
    assert "later" in {voice.id for voice in stage.pool.voices()}
    assert stage.speak("Yes.", "later").pcm


@pytest.mark.parametrize("name", USELESS)
def test_a_recording_of_no_use_is_refused(stage: Stage, name: str) -> None:
    with pytest.raises(RequestError, match=USELESS[name]) as caught:
        stage.speak(SENTENCE, name)
    assert caught.value.code == "bad_sample"


def test_recordings_of_every_kind_are_read(stage: Stage, samples: Path) -> None:
    record_formats(samples, 3)
    for name in FORMATS:
        assert stage.speak("Yes.", Path(name).stem).pcm


@pytest.mark.parametrize(
    "options",
    [{"temperature": 1.5}, {"sampler_decode_steps": 4}, {"noise_clamp": 0.1}, {"eos_threshold": -1.0}],
    ids=str,
)
def test_each_option_is_heard(stage: Stage, options: dict[str, Any]) -> None:
    assert stage.speak(SENTENCE, "alba", **options).pcm != stage.speak(SENTENCE, "alba").pcm


def test_a_sentence_ends_where_the_model_says_so(stage: Stage) -> None:
    ended = stage.speak(SENTENCE, "alba", eos_threshold=-1.0, frames_after_eos=0).pcm
    assert len(ended) == 6 * _FRAME_BYTES
    longer = stage.speak(SENTENCE, "alba", eos_threshold=-1.0, frames_after_eos=10).pcm
    assert len(longer) == 16 * _FRAME_BYTES
    assert longer.startswith(ended[:-_FADE_BYTES])


def test_one_thread_and_two_speak_the_same(make_engine: MakeEngine, samples: Path, pocket: Engine) -> None:
    spoken = []
    for threads in ("1", "2"):
        engine = make_engine("pocket", samples=samples, part="cloning")
        assert engine.config.env is not None
        engine.config.env["OMP_NUM_THREADS"] = threads
        stage = Stage(engine)
        spoken.append(stage.speak(SENTENCE, "alba").pcm)
        stage.close()
    assert spoken[0] == spoken[1] != b""


def test_weights_that_cannot_hear_a_recording_speak_with_their_own_voices(
    make_engine: MakeEngine, samples: Path
) -> None:
    stage = Stage(make_engine("pocket", samples=samples, part="closed"))
    try:
        ready = stage.pool.backends["pocket"].ready
        assert ready is not None
        assert ready.capabilities.clones is False
        assert stage.speak(SENTENCE, "alba").pcm
        with pytest.raises(RequestError, match="these weights do not clone voices") as caught:
            stage.speak(SENTENCE, "obama")
        assert caught.value.code == "bad_sample"
    finally:
        stage.close()


def test_it_speaks_with_weights_of_eight_bits(make_engine: MakeEngine, stage: Stage) -> None:
    quantized = Stage(make_engine("pocket", part="cloning", quantize=True))
    try:
        spoken = quantized.speak(SENTENCE, "alba").pcm
        assert len(spoken) == len(stage.speak(SENTENCE, "alba").pcm)
        assert spoken == quantized.speak(SENTENCE, "alba").pcm
    finally:
        quantized.close()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"kind": "klingon"}, "kind is one of dutch"),
        ({"device": "cuda"}, "device must be cpu"),
        ({"model": "/nowhere"}, "lacks model.safetensors"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    make_engine: MakeEngine, settings: dict[str, Any], sentence: str
) -> None:
    engine = make_engine("pocket", **settings)

    async def error() -> str:
        async with engine.pool() as pool:
            return pool.backends["pocket"].error

    assert sentence in asyncio.run(error())


def _weights(engine: Engine, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    script = engine.config.adapter.parent / "weights.py"
    python = python_of("pocket", engine.config.environment)
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(engine.config.samples)}
    return subprocess.run(
        [python, script, json.dumps(settings), *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )


def test_the_weights_of_a_folder_are_found(pocket: Engine, tmp_path: Path) -> None:
    folder = pocket.config.settings["model"]
    found = _weights(pocket, "--find", model=folder)
    assert (found.returncode, found.stdout.splitlines()[-1]) == (0, folder)
    shutil.copytree(folder, tmp_path / "half")
    (tmp_path / "half" / "tokenizer.json").unlink()
    missing = _weights(pocket, "--find", model=str(tmp_path / "half"))
    assert missing.returncode == 1
    assert "lacks model.safetensors, or tokenizer.json" in missing.stdout


def test_weights_that_are_not_there_say_what_to_do(pocket: Engine) -> None:
    looked = _weights(pocket, "--find", kind="french")
    assert looked.returncode == 1
    assert looked.stdout.strip() == (
        "the weights of Pocket TTS (french) are not on this machine; run: voice-server setup pocket"
    )
    assert "the hub cannot be reached" in _weights(pocket, kind="french").stdout


_PACKAGE = """
from pocket_tts.utils.utils import _ORIGINS_OF_PREDEFINED_VOICES as voices, get_predefined_voice
from pocket_tts.default_parameters import get_default_voice_for_language as first
import json
kinds = ("english", "french", "german", "italian", "portuguese", "spanish", "dutch")
print(json.dumps([get_predefined_voice("french", "alba"), sorted(voices), [first(kind) for kind in kinds]]))
"""


def test_the_voices_are_those_of_the_package(pocket: Engine) -> None:
    """Their names and home stand in the package's private parts: a new version may move them."""
    python = python_of("pocket", pocket.config.environment)
    told = subprocess.run([python, "-c", _PACKAGE], check=True, capture_output=True, text=True).stdout
    address, names, first = json.loads(told)
    source = (pocket.config.adapter.parent / "weights.py").read_text()
    speakers = (pocket.config.adapter.parent / "speakers.py").read_text()
    repository, path = address.removeprefix("hf://").split("/languages/french/embeddings/alba.safetensors@")
    assert f'"{repository}"' in source
    assert f'"{path}"' in source
    assert [name for name in names if name not in speakers.split("_WOMEN")[1].replace('"', " ").split()] == []
    assert first == ["alba", "estelle", "juergen", "giovanni", "rafael", "lola", "daan"]
