"""Both runtimes are the same network: durations to the frame, samples but for rounding and windows."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.backends.conftest import Engine, MakeEngine, take

_ROOT = Path(__file__).resolve().parents[3]
_TORCH = _ROOT / "tts_backends" / "kokoro" / "torch"
_SCRIPT = Path(__file__).with_name("rendering.py")
_EDGE = 1200
"""Samples at either end where random weights make bursts of 120 dB, in which a rounding is heard."""
SENTENCE = "The quick brown fox jumps over the lazy dog."


@dataclass(frozen=True, slots=True)
class Rendering:
    """What one runtime made of the sentence: its samples from `start` on, and where each piece ends."""

    frames: list[int]
    start: int
    samples: np.ndarray
    ends: list[int]


@pytest.fixture(scope="module")
def render(make_engine: MakeEngine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rendering]:
    """The sentence by torch, and by ONNX Runtime whole, in windows, and in one window over all of it."""
    engines = {how: make_engine("kokoro") for how in ("exact", "streamed", "at once")}
    engines["torch"] = make_engine("kokoro", environment=_TORCH)
    return {how: _rendered(engine, how, tmp_path_factory) for how, engine in engines.items()}


def _rendered(engine: Engine, how: str, folders: pytest.TempPathFactory) -> Rendering:
    out = folders.mktemp("rendering") / "out.npz"
    python = engine.config.environment / ".venv" / "bin" / "python"
    environment = {**os.environ, **{name: str(value) for name, value in engine.config.env.items()}}
    arguments = [engine.config.settings["model"], how, str(out)]
    subprocess.run([python, str(_SCRIPT), *arguments], check=True, capture_output=True, env=environment)
    with np.load(out) as found:
        ends = found["ends"].tolist()
        return Rendering(found["frames"].tolist(), int(found["start"]), found["samples"], ends)


def test_the_durations_are_equal(render: dict[str, Rendering]) -> None:
    assert render["torch"].frames == render["exact"].frames == render["streamed"].frames


def test_a_whole_sentence_sounds_as_torch_renders_it(render: dict[str, Rendering]) -> None:
    ours, theirs = render["exact"], render["torch"]
    assert theirs.start == 0
    assert len(ours.samples) + ours.start == len(theirs.samples) == 600 * sum(theirs.frames)
    inner = slice(_EDGE, -_EDGE)
    mine, heard = ours.samples[inner], theirs.samples[ours.start :][inner]
    assert np.corrcoef(mine, heard)[0, 1] > 0.999
    assert 0.99 < mine.std() / heard.std() < 1.01


def test_the_harmonic_source_is_the_packages(make_engine: MakeEngine) -> None:
    python = make_engine("kokoro", environment=_TORCH).config.environment / ".venv" / "bin" / "python"
    script = Path(__file__).with_name("comparing_sources.py")
    printed = subprocess.run([python, str(script)], check=True, capture_output=True, text=True).stdout
    level, phase, something_is_heard = json.loads(printed)
    assert something_is_heard
    assert level < 0.01
    assert phase < 0.1


def test_windows_give_the_samples_of_the_whole(render: dict[str, Rendering]) -> None:
    windows, at_once = render["streamed"], render["at once"]
    assert len(windows.ends) > len(at_once.ends) == 1
    difference = windows.samples - at_once.samples
    assert np.corrcoef(windows.samples, at_once.samples)[0, 1] > 0.999
    assert np.square(difference).mean() < 1e-3 * np.square(at_once.samples).mean()
    # Where two windows meet no more is different than elsewhere.
    edges = [np.abs(difference[end - 2 : end + 2]).max() for end in windows.ends[:-1]]
    assert max(edges) < 0.1 * np.abs(at_once.samples).max()


def test_bfloat16_sounds_much_as_float32_does(make_engine: MakeEngine) -> None:
    async def speak(dtype: str) -> np.ndarray:
        engine = make_engine("kokoro", environment=_TORCH, dtype=dtype)
        async with engine.pool() as pool:
            pcm = (await take(pool, engine.segment(SENTENCE, "af_heart"))).pcm
        return np.frombuffer(pcm, "<i2").astype(float)

    exact, rough = (asyncio.run(speak(dtype)) for dtype in ("float32", "bfloat16"))
    assert len(exact) == len(rough)
    assert 0.9 < np.corrcoef(exact, rough)[0, 1] < 1


def test_float16_on_a_cpu_is_refused_with_what_is_allowed(make_engine: MakeEngine) -> None:
    engine = make_engine("kokoro", environment=_TORCH, dtype="float16")

    async def error() -> str:
        async with engine.pool() as pool:
            return pool.backends["kokoro"].error

    assert "in float16: dtype is float32 or bfloat16 there" in asyncio.run(error())
