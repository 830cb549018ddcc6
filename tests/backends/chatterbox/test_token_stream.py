"""A sentence that is delivered while its tokens are made: the real code with random weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.backends.bare_worker import BareWorker
from tests.backends.conftest import MakeEngine, Stage
from tests.backends.gate import GATE_VARIABLE, Gate
from voice_server.core.types import Frame
from voice_server.core.wire.child_messages import ChildPing, ChildPong, StopJob
from voice_server.core.wire.worker_messages import STOPPED, JobFailed, RenderJob

SENTENCE = "The quick brown fox jumps over the lazy dog."
_TOKEN_BYTES = 960 * 2
_FIRST_TOKENS, _LOOKAHEAD_TOKENS = 25, 3
_SILENT_TOKENS = 3  # which Turbo adds
_OVERLAP_BYTES = 8 * 480 * 2


@pytest.fixture(scope="module")
def diary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("diary") / "diary"


@pytest.fixture(scope="module")
def noiseless(
    make_engine: MakeEngine, tmp_path_factory: pytest.TempPathFactory, diary: Path
) -> Iterator[Stage]:
    samples = tmp_path_factory.mktemp("no_samples")
    engine = make_engine("chatterbox", samples=samples, part="english", kind="english", diary=str(diary))
    adapter = Path(__file__).parent / "noiseless_backend.py"
    stage = Stage(replace(engine, config=msgspec.structs.replace(engine.config, adapter=adapter)))
    yield stage
    stage.close()


def _stage(make_engine: MakeEngine, samples: Path, kind: str) -> Iterator[Stage]:
    stage = Stage(make_engine("chatterbox", samples=samples, part=kind, kind=kind))
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def turbo(make_engine: MakeEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    yield from _stage(make_engine, tmp_path_factory.mktemp("no_samples"), "turbo")


@pytest.fixture(scope="module")
def multilingual(make_engine: MakeEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    yield from _stage(make_engine, tmp_path_factory.mktemp("no_samples"), "multilingual")


def _samples(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def _likeness_db(whole: bytes, other: bytes) -> np.ndarray:
    """How far the difference lies below the sound, for each token."""
    whole_tokens = len(whole) // _TOKEN_BYTES * _TOKEN_BYTES
    one, two = (_samples(pcm[:whole_tokens]).reshape(-1, _TOKEN_BYTES // 2) for pcm in (whole, other))
    difference = ((one - two) ** 2).mean(axis=1).clip(1e-3)
    likeness: np.ndarray = 10 * np.log10((one**2).mean(axis=1) / difference)
    return likeness


def test_without_noise_what_is_streamed_is_nearly_the_whole_render(noiseless: Stage, diary: Path) -> None:
    whole = noiseless.speak(SENTENCE, "default", quality="exact")
    diary.unlink(missing_ok=True)
    streamed = noiseless.speak(SENTENCE, "default", quality="streamed")
    assert (
        len(diary.read_text().splitlines()) == 2
    )  # pieces; how many frames they are depends on their length
    assert len(streamed.pcm) == len(whole.pcm)
    # A phase that jumps at the seam makes it 13 dB there, as different as other tokens.
    assert _likeness_db(whole.pcm, streamed.pcm).min() > 25
    assert _likeness_db(whole.pcm, noiseless.speak(SENTENCE, "default", 30).pcm).max() < 20


def test_the_first_sound_leaves_before_the_last_token_is_made(noiseless: Stage, diary: Path) -> None:
    diary.unlink(missing_ok=True)
    noiseless.speak(SENTENCE, "default", quality="streamed")
    first, last = (int(line.split()[0]) for line in diary.read_text().splitlines())
    assert first < last
    diary.unlink()
    noiseless.speak(SENTENCE, "default")
    assert int(diary.read_text().split()[0]) == last


def test_each_piece_has_the_watermark(noiseless: Stage, diary: Path) -> None:
    diary.unlink(missing_ok=True)
    noiseless.speak(SENTENCE, "default", quality="streamed")
    assert [line.split()[1] for line in diary.read_text().splitlines()] == ["1", "1"]


def test_sentences_are_rendered_whole_by_default(turbo: Stage) -> None:
    ready = turbo.pool.backends["chatterbox"].ready
    assert ready is not None
    assert not ready.capabilities.streams
    assert turbo.speak(SENTENCE, "default").pcm == turbo.speak(SENTENCE, "default", quality="exact").pcm


def test_as_many_samples_come_out_whatever_the_length(turbo: Stage) -> None:
    lengths = set()
    for seed in range(1, 10):
        whole = turbo.speak(SENTENCE, "default", seed).pcm
        streamed = turbo.speak(SENTENCE, "default", seed, quality="streamed").pcm
        assert len(streamed) == len(whole), seed
        assert streamed == turbo.speak(SENTENCE, "default", seed, quality="streamed").pcm, seed
        is_short = len(whole) // _TOKEN_BYTES - _SILENT_TOKENS < _FIRST_TOKENS + _LOOKAHEAD_TOKENS
        assert (streamed == whole) == is_short, seed
        lengths.add(is_short)
    assert lengths == {True, False}


def test_the_multilingual_model_streams_too(multilingual: Stage) -> None:
    whole = multilingual.speak(SENTENCE, "default-fr")
    streamed = multilingual.speak(SENTENCE, "default-fr", quality="streamed")
    assert len(streamed.pcm) == len(whole.pcm)
    assert len(whole.pcm) // _TOKEN_BYTES >= _FIRST_TOKENS + _LOOKAHEAD_TOKENS
    assert streamed.pcm != whole.pcm  # at the seam
    assert multilingual.speak(SENTENCE, "default-fr").pcm == whole.pcm


def test_a_listener_who_leaves_between_two_pieces_changes_nothing(turbo: Stage) -> None:
    seed = next(
        seed for seed in range(1, 30) if turbo.speak(SENTENCE, "default", seed, quality="streamed").frames > 3
    )
    whole = turbo.speak(SENTENCE, "default", seed).pcm
    before = turbo.speak(SENTENCE, "default", seed, quality="streamed").pcm

    async def first_frame() -> bytes:
        segment = turbo.engine.segment(SENTENCE, "default", seed, quality="streamed")
        async with aclosing(turbo.pool.render(segment)) as items:
            async for item in items:
                if isinstance(item, Frame):
                    return item.pcm
        return b""

    first = turbo.run(first_frame())
    assert 0 < len(first) <= _FIRST_TOKENS * _TOKEN_BYTES - _OVERLAP_BYTES
    assert before.startswith(first)
    assert turbo.speak(SENTENCE, "default", seed, quality="streamed").pcm == before
    assert turbo.speak(SENTENCE, "default", seed).pcm == whole


def test_a_stop_inside_the_render_of_a_piece_changes_nothing(make_engine: MakeEngine, tmp_path: Path) -> None:
    engine = make_engine("chatterbox", samples=tmp_path, part="english", kind="english", watched="vocoder")
    config = msgspec.structs.replace(
        engine.config,
        adapter=Path(__file__).parent / "watched_backend.py",
        env={**engine.config.env, GATE_VARIABLE: str(tmp_path)},
    )
    gate = Gate(tmp_path)
    with BareWorker(replace(engine, config=config)) as worker:
        whole = worker.render(1, SENTENCE, "default")
        gate.arm()
        worker.send(RenderJob(2, SENTENCE, "default", {"seed": 7, "quality": "streamed"}))
        gate.wait_until_reached()
        worker.send(StopJob(2), ChildPing())
        worker.next_of(ChildPong)
        gate.open()
        end = worker.next()
        assert isinstance(end, JobFailed)  # before the first sound
        assert (end.job, end.code) == (2, STOPPED)
        gate.disarm()
        assert worker.render(3, SENTENCE, "default") == whole
