"""Workers die under open streams, and nobody hears it: the samples are those of an undisturbed run."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection

from tests.endpoints.serving import Received, Served, run
from voice_server.config import Config, load_config
from voice_server.core.types import OptionValue
from voice_server.pool.local_pool import LocalPool
from voice_server.serving.composition import listening
from voice_server.serving.listening_socket import bind
from voice_server.speech import SpeechService

TEXT = (
    "The library opens at nine in the morning. You can borrow up to ten books at a time. "
    "If you need longer, you may renew them twice. The reading room is on the second floor. "
    "It is quiet there, and the chairs are very comfortable."
)
SLOW: dict[str, OptionValue] = {"render_factor": 0.02, "piece_ms": 40}


def config_with(*, workers: int = 2, **tone: float) -> Config:
    """The shipped configuration with a tone backend slow enough to be caught at work."""
    config = load_config(pool_size=workers)
    backend = msgspec.structs.replace(config.backends["tone"], options=dict(SLOW), **tone)
    return msgspec.structs.replace(config, backends={"tone": backend}, default_backend="tone")


@dataclass
class Live(Served):
    pool: LocalPool  # type: ignore[assignment]


@asynccontextmanager
async def live(config: Config) -> AsyncIterator[Live]:
    listener = bind("127.0.0.1", 0)
    async with (
        LocalPool(config.backends) as pool,
        SpeechService(pool, config) as service,
        listening(service, listener) as doors,
    ):
        yield Live(listener.getsockname()[1], service, doors, pool)


async def speak(
    server: Served, text: str, *, voice: str = "low", on_audio: Callable[[], None] = lambda: None
) -> Received:
    """Stream a text word by word; `on_audio` is called at every binary message."""
    told = Received()
    async with server.connect("/stream-tokens?v=2") as socket:
        await socket.send(json.dumps({"voice": voice}))
        feeding = asyncio.create_task(_feed(socket, text))
        async for message in socket:
            told.messages.append(message)
            if isinstance(message, bytes):
                on_audio()
        await feeding
        told.close_code = socket.close_code
    return told


async def _feed(socket: ClientConnection, text: str) -> None:
    for word in text.split(" "):
        await socket.send(json.dumps({"token": word + " "}))
    await socket.send('{"done":true}')


def assert_whole(told: Received, undisturbed: Received) -> None:
    assert told.audio == undisturbed.audio
    assert told.of("error") == []
    assert [(d["reason"], d["sentences"]) for d in told.of("turn_done")] == [("complete", 5)]
    assert told.close_code == 1000


class Killer:
    """Sends a signal to a worker at every n-th piece of audio, `times` times."""

    def __init__(
        self, pool: LocalPool, sig: signal.Signals, *, every: int, times: int, seed: int = 1
    ) -> None:
        self._pool = pool
        self._signal = sig
        self._every = every
        self._rng = random.Random(seed)
        self._heard = 0
        self.left = times

    def __call__(self) -> None:
        self._heard += 1
        if self.left and self._heard % self._every == 0:
            pids = self._pool.pids("tone")
            if pids:
                self.left -= 1
                os.kill(self._rng.choice(pids), self._signal)


@pytest.mark.parametrize("sig", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGABRT])
def test_a_worker_that_dies_in_mid_sentence_costs_no_sample(sig: signal.Signals) -> None:
    async def main() -> None:
        async with live(config_with()) as server:
            undisturbed = {voice: await speak(server, TEXT, voice=voice) for voice in ("low", "high")}
            killer = Killer(server.pool, sig, every=2, times=3)
            disturbed, other = await asyncio.gather(
                speak(server, TEXT, voice="low", on_audio=killer), speak(server, TEXT, voice="high")
            )
            assert killer.left == 0
            assert_whole(disturbed, undisturbed["low"])
            assert_whole(other, undisturbed["high"])
            while server.pool.backends["tone"].free < 2:
                await asyncio.sleep(0.01)

    run(main)


def test_a_worker_that_stands_still_is_replaced_and_costs_no_sample() -> None:
    async def main() -> None:
        async with live(config_with(silence_timeout_s=0.3)) as server:
            undisturbed = await speak(server, TEXT)
            killer = Killer(server.pool, signal.SIGSTOP, every=4, times=1)
            assert_whole(await speak(server, TEXT, on_audio=killer), undisturbed)
            assert killer.left == 0

    run(main)


def test_all_workers_may_die_at_once() -> None:
    async def main() -> None:
        async with live(config_with()) as server:
            undisturbed = await speak(server, TEXT)
            heard = 0

            def kill_all() -> None:
                nonlocal heard
                heard += 1
                if heard == 6:
                    for pid in server.pool.pids("tone"):
                        os.kill(pid, signal.SIGKILL)

            told = await speak(server, TEXT, on_audio=kill_all)
            assert_whole(told, undisturbed)
            assert "sentence_retried" in {warning["code"] for warning in told.of("warning")}

    run(main)


def test_the_same_bytes_come_from_real_speech_whose_worker_is_killed() -> None:
    async def main() -> None:
        config = load_config(pool_size=2)
        config = msgspec.structs.replace(config, backends={"espeak": config.backends["espeak"]})
        async with live(config) as server:
            undisturbed = await speak(server, TEXT, voice="en-us")
            for _ in range(3):
                for pid in server.pool.pids("espeak")[:1]:
                    os.kill(pid, signal.SIGKILL)
                assert_whole(await speak(server, TEXT, voice="en-us"), undisturbed)

    run(main)


def test_wild_sessions_do_not_change_a_byte_of_the_tame_ones() -> None:
    async def wild(server: Served, rng: random.Random) -> None:
        """Tokens, barge-ins, hang-ups and nonsense."""
        async with server.connect("/stream-tokens?v=2") as socket:
            for _ in range(rng.randint(1, 12)):
                message = rng.choice(
                    [
                        {"token": "Some words that go nowhere. "},
                        {"cancel": True},
                        {"flush": True, "id": 1},
                        {"end": True},
                        {"voice": "nobody"},
                        {"pause": True},
                        {"resume": True},
                        {"opts": {"speed": 99}},
                    ]
                )
                await socket.send(json.dumps(message))
            if rng.random() < 0.5:
                nonsense: list[str | bytes] = ["{", b"\x00", '{"token": 7}', '{"done": true}']
                await socket.send(rng.choice(nonsense))
            if rng.random() < 0.5:
                socket.transport.abort()

    async def main() -> None:
        rng = random.Random(7)
        async with live(config_with()) as server:
            undisturbed = await speak(server, TEXT)
            async with asyncio.TaskGroup() as tasks:
                tame = [tasks.create_task(speak(server, TEXT)) for _ in range(6)]
                for _ in range(30):
                    tasks.create_task(wild(server, rng))
            for each in tame:
                assert_whole(each.result(), undisturbed)
            while server.service.open_speeches:
                await asyncio.sleep(0.01)

    run(main)
