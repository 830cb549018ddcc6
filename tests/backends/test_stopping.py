"""A listener who leaves in the middle of a long render frees its worker at the model's next step.

The engine is held at a step until the stop has come, so that what is asserted is an order, not a time.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.backends.bare_worker import BareWorker
from tests.backends.conftest import Engine, MakeEngine
from tests.backends.gate import GATE_VARIABLE, HELD_STEP, Gate
from voice_server.client_events import Cancelled, Event, TurnDone
from voice_server.client_streams import AsyncStream, connect
from voice_server.config import Config
from voice_server.core.wire.child_messages import ChildPing, ChildPong, StopJob
from voice_server.core.wire.worker_messages import STOPPED, JobFailed, RenderJob
from voice_server.pool.local_pool import LocalPool
from voice_server.serving.composition import listening
from voice_server.serving.listening_socket import bind
from voice_server.speech import SpeechService

SENTENCE = "The quick brown fox jumps over the lazy dog, and then it sleeps in the sun."
WATCHED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "kokoro, windows": ("kokoro", "af_heart", {}),
    "chatterbox, turbo, tokens": ("chatterbox", "default", {"part": "turbo"}),
    "chatterbox, turbo, vocoder": ("chatterbox", "default", {"part": "turbo", "watched": "vocoder"}),
    "chatterbox, english, tokens": ("chatterbox", "default", {"part": "english", "kind": "english"}),
    "chatterbox, multilingual, tokens": (
        "chatterbox",
        "default-fr",
        {"part": "multilingual", "kind": "multilingual"},
    ),
    "vibevoice, chunks": ("vibevoice", "any", {}),
    "pocket, frames": ("pocket", "alba", {"part": "cloning"}),
}
"""Engines, their voices and settings: what is held is a token, a layer, a step of the vocoder, or a chunk."""


def _watched(engine: Engine, folder: Path) -> Engine:
    adapter = Path(__file__).parent / engine.name / "watched_backend.py"
    environment = {**engine.config.env, GATE_VARIABLE: str(folder)}
    return replace(engine, config=msgspec.structs.replace(engine.config, adapter=adapter, env=environment))


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


@pytest.fixture(params=WATCHED)
def held(request: pytest.FixtureRequest, make_engine: MakeEngine, tmp_path: Path) -> tuple[Engine, str]:
    """An engine with a gate, and a voice of it."""
    name, voice, settings = WATCHED[request.param]
    return _watched(make_engine(name, samples=tmp_path, **settings), tmp_path), voice


@pytest.mark.timeout(600)
def test_the_model_begins_no_further_step_after_a_stop(held: tuple[Engine, str], gate: Gate) -> None:
    engine, voice = held
    with BareWorker(engine) as worker:
        whole = worker.render(1, SENTENCE, voice)
        gate.arm()
        worker.send(RenderJob(2, SENTENCE, voice, {"seed": 7}))
        gate.wait_until_reached()
        worker.send(StopJob(2), ChildPing())
        worker.next_of(ChildPong)
        gate.open()
        end = worker.next()
        assert isinstance(end, JobFailed)
        assert (end.job, end.code) == (2, STOPPED)
        assert gate.disarm() == HELD_STEP
        assert worker.render(3, SENTENCE, voice) == whole


async def _until(stream: AsyncStream, kind: type[Event], **wanted: object) -> Event:
    """The next event of a kind with these fields; others are passed over."""
    async for event in stream:
        if isinstance(event, kind) and all(getattr(event, key) == value for key, value in wanted.items()):
            return event
    raise AssertionError("the stream ended")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "held",
    ["kokoro, windows", "chatterbox, turbo, tokens", "vibevoice, chunks", "pocket, frames"],
    indirect=True,
)
def test_a_barge_in_is_answered_while_the_model_is_still_at_work(
    held: tuple[Engine, str], gate: Gate
) -> None:
    engine, voice = held

    async def barge_in(url: str) -> None:
        async with connect(url, voice=voice) as stream:
            gate.arm()
            await stream.send_text(SENTENCE)
            await stream.end()
            await asyncio.to_thread(gate.wait_until_reached)
            await stream.cancel(played_ms=0)
            cancelled = await _until(stream, Cancelled)
            assert isinstance(cancelled, Cancelled)
            assert cancelled.unheard == SENTENCE
            # The model goes on no sooner.
            await asyncio.to_thread(gate.open)
            await stream.send_text("And now for something else, which is heard.")
            await stream.end()
            await _until(stream, TurnDone, reason="complete")

    async def main() -> None:
        config = Config(backends={engine.name: engine.config}, default_backend=engine.name)
        listener = bind("127.0.0.1", 0)
        async with (
            LocalPool(config.backends) as pool,
            SpeechService(pool, config) as service,
            listening(service, listener),
        ):
            pids = pool.pids(engine.name)
            await barge_in(f"ws://127.0.0.1:{listener.getsockname()[1]}/stream-tokens")
            assert pool.pids(engine.name) == pids

    asyncio.run(main())
