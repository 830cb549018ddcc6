"""The laws of a pool, kept by the one that the server uses and by the one that tests of the shells use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.pool.staging import Run, Stage, listen, segment
from voice_server.core.types import Capabilities, Frame, ReadyBackend, Voice
from voice_server.pool.worker_pool import BackendState, BackendStatus, WorkerPool

Opened = Callable[[Stage], AbstractAsyncContextManager[WorkerPool]]


@asynccontextmanager
async def local(stage: Stage) -> AsyncIterator[WorkerPool]:
    async with stage.pool(workers=1) as pool:
        yield pool


@asynccontextmanager
async def arithmetic(stage: Stage) -> AsyncIterator[WorkerPool]:
    del stage
    pool = ArithmeticPool(("scripted",), frame_s=0.0)
    yield pool
    await pool.aclose()


BOTH = pytest.mark.parametrize("opened", [local, arithmetic])


@BOTH
def test_a_segment_rendered_twice_has_the_same_frames(opened: Opened, run: Run, stage: Stage) -> None:
    async def main() -> None:
        async with opened(stage) as pool:
            first, second = await listen(pool, "hello"), await listen(pool, "hello")
            assert first.pcm
            assert (first.pcm, first.frames) == (second.pcm, second.frames)
            assert (await listen(pool, "something else")).pcm != first.pcm

    run(main())


@BOTH
def test_closing_the_iterator_stops_the_work_and_the_next_segment_is_whole(
    opened: Opened, run: Run, stage: Stage
) -> None:
    async def main() -> None:
        async with opened(stage) as pool:
            whole = (await listen(pool, "the next one")).pcm
            frames = pool.render(segment("babble"))
            assert isinstance(await anext(frames), Frame)
            await frames.aclose()
            assert (await listen(pool, "the next one")).pcm == whole

    run(main())


@BOTH
def test_a_backend_that_is_up_has_said_its_voices_and_each_names_it(
    opened: Opened, run: Run, stage: Stage
) -> None:
    async def main() -> None:
        async with opened(stage) as pool:
            status = pool.backends["scripted"]
            assert status.state is BackendState.UP
            assert status.ready is not None
            assert list(pool.voices()) == list(status.ready.voices)
            assert {voice.backend for voice in pool.voices()} == {"scripted"}
            assert pool.stats().keys() == pool.backends.keys()

    run(main())


READY = ReadyBackend((Voice("one", "One", "en"),), 8000, Capabilities())


@pytest.mark.parametrize(
    ("state", "ready", "can_speak"),
    [
        (BackendState.UP, READY, True),
        (BackendState.UNLOADED, READY, True),
        (BackendState.STARTING, READY, True),  # it is loaded again
        (BackendState.STARTING, None, False),
        (BackendState.DOWN, READY, False),
        (BackendState.NOT_SET_UP, READY, False),
    ],
)
def test_a_backend_can_speak_that_runs_or_comes_back(
    state: BackendState, ready: ReadyBackend | None, can_speak: bool
) -> None:
    assert BackendStatus("mine", state, 1, ready).can_speak is can_speak
