"""A real player process on a device that nobody hears: supervised, replaced, and silent when told."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
import uvloop

from voice_server.core.supervision import SupervisionPolicy
from voice_server.core.wire.child_messages import ChildPing
from voice_server.core.wire.codec import Request
from voice_server.core.wire.player_messages import PlayerOpened
from voice_server.playback import player_channel as module
from voice_server.playback.player_channel import PlayerChannel, player_environment
from voice_server.process.child_process import ChildProcess

NULL = "null"
HASTY = SupervisionPolicy(
    start_timeout_s=10.0,
    first_pause_s=0.01,
    longest_pause_s=0.02,
    failed_starts=2,
    ping_interval_s=0.1,
    ping_timeout_s=0.3,
)


def ms(n: int) -> bytes:
    return b"\x10\x01" * 24 * n


@dataclass
class Owner:
    """Remembers what it was told."""

    opened: list[PlayerOpened] = field(default_factory=list)
    heard_ms: list[float] = field(default_factory=list)
    over: list[tuple[int, str | None]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def channel_opened(self, opened: PlayerOpened) -> None:
        self.opened.append(opened)
        self._wake()

    def track_heard(self, track: int, heard_ms: float) -> None:
        del track
        self.heard_ms.append(heard_ms)
        self._wake()

    def track_over(self, track: int, failure: str | None) -> None:
        self.over.append((track, failure))
        self._wake()

    def _wake(self) -> None:
        asyncio.get_running_loop().create_task(self._notify())

    async def _notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with self.changed:
            await self.changed.wait_for(condition)


def run(
    play: Callable[[PlayerChannel, Owner], Awaitable[None]],
    device: str = NULL,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
) -> Owner:
    async def main() -> Owner:
        async with asyncio.timeout(15), asyncio.TaskGroup() as tasks:
            owner = Owner()
            channel = PlayerChannel("anna", owner, tasks.create_task, device=device, policy=HASTY)
            try:
                await play(channel, owner)
            finally:
                await channel.close()
            assert channel.pid is None
        return owner

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(main())


def test_a_track_is_heard_to_its_end_and_over_once() -> None:
    async def play(channel: PlayerChannel, owner: Owner) -> None:
        await channel.play(1, ms(60))
        await channel.play(1, ms(40))
        channel.complete(1)
        await owner.until(lambda: bool(owner.over))

    owner = run(play)
    assert owner.opened[0].device == NULL
    assert owner.over == [(1, None)]
    assert owner.heard_ms == sorted(owner.heard_ms)
    assert owner.heard_ms[-1] == 100


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP])
def test_a_player_that_dies_is_replaced_and_goes_on_with_what_was_not_heard(number: signal.Signals) -> None:
    async def play(channel: PlayerChannel, owner: Owner) -> None:
        await channel.play(1, ms(400))
        channel.complete(1)
        await owner.until(lambda: bool(owner.heard_ms) and owner.heard_ms[-1] >= 100)
        assert channel.pid is not None
        os.kill(channel.pid, number)
        await owner.until(lambda: bool(owner.over))

    owner = run(play)
    assert len(owner.opened) == 2
    assert owner.heard_ms == sorted(owner.heard_ms)
    assert (owner.over, owner.heard_ms[-1]) == ([(1, None)], 400)


def test_a_stopped_track_is_told_of_no_more_and_the_next_one_is_heard() -> None:
    async def play(channel: PlayerChannel, owner: Owner) -> None:
        await channel.play(1, ms(5_000))
        await owner.until(lambda: bool(owner.heard_ms))
        channel.stop(1)
        channel.stop(1)
        await channel.play(2, ms(40))
        channel.complete(2)
        await owner.until(lambda: bool(owner.over))

    assert run(play).over == [(2, None)]


def test_a_new_player_knows_that_it_is_paused() -> None:
    async def play(channel: PlayerChannel, owner: Owner) -> None:
        channel.set_paused(True)
        channel.set_volume(0.5)
        await channel.play(1, ms(60))
        channel.complete(1)
        await owner.until(lambda: bool(owner.opened))
        await _hear_elsewhere(150)
        assert owner.heard_ms == []
        channel.set_paused(False)
        await owner.until(lambda: bool(owner.over))

    assert run(play).over == [(1, None)]


async def _hear_elsewhere(n_ms: int) -> None:
    """Wait for as long as another player needs to play so much."""
    async with asyncio.TaskGroup() as tasks:
        witness = Owner()
        other = PlayerChannel("bert", witness, tasks.create_task, device=NULL, policy=HASTY)
        await other.play(1, ms(n_ms))
        other.complete(1)
        await witness.until(lambda: bool(witness.over))
        await other.close()


@pytest.mark.blocks_loop
def test_a_late_event_loop_does_not_hold_the_silence_against_the_player(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # uvloop, which the server uses, calls timers before it reads pipes.
    stalled = asyncio.Event()

    def stall() -> None:
        if not stalled.is_set():
            stalled.set()
            threading.Event().wait(1.0)

    send = ChildProcess.send

    def send_and_stall(process: ChildProcess, request: Request) -> None:
        send(process, request)
        if isinstance(request, ChildPing):
            # Two turns of the loop later the ping has been written and its answer has not been read.
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, stall)

    monkeypatch.setattr(ChildProcess, "send", send_and_stall)

    async def play(channel: PlayerChannel, owner: Owner) -> None:
        await stalled.wait()
        await channel.play(1, ms(60))
        channel.complete(1)
        await owner.until(lambda: bool(owner.over))

    assert len(run(play, loop_factory=uvloop.new_event_loop).opened) == 1


def test_another_device_goes_on_where_the_last_one_was() -> None:
    async def play(channel: PlayerChannel, owner: Owner) -> None:
        await channel.play(1, ms(300))
        channel.complete(1)
        await owner.until(lambda: bool(owner.heard_ms))
        channel.set_device(NULL)
        await owner.until(lambda: bool(owner.over))

    owner = run(play)
    assert len(owner.opened) == 2
    assert owner.heard_ms[-1] == 300


def test_a_player_that_cannot_run_is_one_sentence_for_every_track(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PLAYER", "/nowhere/at/all")

    async def play(channel: PlayerChannel, owner: Owner) -> None:
        await channel.play(1, ms(60))
        await owner.until(lambda: len(owner.over) == 1)
        await channel.play(2, ms(60))
        channel.complete(3)

    owner = run(play)
    assert [track for track, _ in owner.over] == [1, 2, 3]
    assert all("the player does not run" in (failure or "") for _, failure in owner.over)


def test_a_python_that_is_not_there_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")

    async def play(channel: PlayerChannel, owner: Owner) -> None:
        channel.complete(1)
        await owner.until(lambda: bool(owner.over))

    assert run(play).over == [(1, "the player does not run: it cannot be started: No such file or directory")]


def test_a_player_gets_what_sound_servers_need_and_no_secret() -> None:
    given = {"PULSE_SERVER": "x", "XDG_RUNTIME_DIR": "y", "VOICE_SERVER_TOKEN": "z", "OPENAI_API_KEY": "z"}
    kept = player_environment(given)
    assert {"PULSE_SERVER", "XDG_RUNTIME_DIR"} <= kept.keys()
    assert "z" not in kept.values()
