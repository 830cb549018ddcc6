"""Texts of many programs on one machine's speakers, over real players that nobody hears."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.arithmetic_pool import ArithmeticPool, config_of
from voice_server.core.playlist import PlaylistPolicy
from voice_server.errors import Busy, TooMuch, UnknownName
from voice_server.playback import device as device_module
from voice_server.playback import loudspeakers as loudspeakers_module
from voice_server.playback import player_channel as channel_module
from voice_server.playback.loudspeakers import Loudspeakers
from voice_server.playback.playback_status import TextProgress
from voice_server.speech import SpeechRequest, SpeechService

ANNA, BERT = SpeechRequest(voice="alba"), SpeechRequest(voice="bert")
QUEUE, MIX, INTERRUPT = PlaylistPolicy.QUEUE, PlaylistPolicy.MIX, PlaylistPolicy.INTERRUPT
SHORT = "Hi."  # 60 ms
LONG = "This would be heard for more than a second, were it not for somebody else."

Scene = Callable[[Loudspeakers], Awaitable[None]]


def play(scene: Scene, *, device: str = "null", idle_s: float = 60.0, **limits: Any) -> ArithmeticPool:
    pool = ArithmeticPool(frame_s=0.0)

    async def main() -> None:
        async with (
            asyncio.timeout(15),
            SpeechService(pool, config_of("one", **limits)) as service,
            Loudspeakers(service, device=device, idle_s=idle_s) as speakers,
        ):
            await scene(speakers)

    asyncio.run(main())
    return pool


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


def ids(entries: Any) -> list[int]:
    return [entry.id for entry in entries]


def test_a_text_is_accepted_at_once_and_heard_to_its_end() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        entry, notices = speakers.accept(SHORT, ANNA)
        assert (entry.state, entry.voice, entry.text, notices) == ("playing", "alba", SHORT, [])
        await speakers.drain()
        assert not speakers.is_busy
        status = speakers.status()
        assert (status.playing, status.waiting, status.device) == ([], [], "null")

    play(scene)


def test_each_text_in_a_queue_is_heard_whole_and_in_turn() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        accepted = [speakers.accept(SHORT, ANNA, QUEUE)[0].id for _ in range(3)]
        order: list[int] = []
        while speakers.is_busy:
            playing = ids(speakers.status().playing)
            assert len(playing) == 1
            order += [each for each in playing if each not in order]
            await asyncio.sleep(0.005)
        assert order == accepted

    assert len(play(scene).rendered) == 3


def test_new_text_of_a_voice_ends_its_old_text() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        speakers.accept(LONG, ANNA)
        await until(lambda: any(entry.heard_ms for entry in speakers.status().playing))
        new, _ = speakers.accept(SHORT, ANNA)
        assert ids(speakers.status().playing) == [new.id]
        await speakers.drain()

    play(scene)


def test_a_voice_ends_its_old_text_whether_its_language_is_named_or_not() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        old, _ = speakers.accept(LONG, ANNA)
        new, _ = speakers.accept(SHORT, SpeechRequest(voice="alba", language="en-us"))
        assert old.language == "en-US"
        assert ids(speakers.status().playing) == [new.id]
        assert len(speakers._channels) == 1

    play(scene)


def test_another_voice_waits_unless_it_is_told_to_mix() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        first, _ = speakers.accept(LONG, ANNA)
        polite, _ = speakers.accept(SHORT, BERT)
        loud, _ = speakers.accept(SHORT, BERT, MIX)
        assert (polite.state, loud.state) == ("waiting", "playing")
        await until(lambda: loud.id not in ids(speakers.status().playing))
        assert ids(speakers.status().playing) == [first.id]
        assert speakers.skip() == 1
        assert ids(speakers.status().playing) == [polite.id]
        assert len(speakers.pids()) == 2  # a player for each voice
        await speakers.drain()

    play(scene)


def test_ten_at_once_are_all_accepted_and_each_is_heard_as_its_policy_says() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        accepted = [speakers.accept(SHORT, ANNA, INTERRUPT)[0].id for _ in range(10)]
        assert ids(speakers.status().playing) == accepted[-1:]
        assert speakers.status().waiting == []
        await speakers.drain()

    play(scene)


def test_stopping_by_number_leaves_the_rest() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        first, second, third = (speakers.accept(LONG, ANNA, QUEUE)[0].id for _ in range(3))
        assert speakers.stop([first, third, 99]) == 2
        assert ids(speakers.status().playing) == [second]
        assert speakers.stop() == 1
        assert not speakers.is_busy

    play(scene)


def test_a_pause_holds_everything_and_a_drain_does_not_wait_for_it() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        speakers.accept(SHORT, ANNA)
        speakers.set_paused(True)
        await speakers.drain()
        assert speakers.is_busy
        assert speakers.status().is_paused
        speakers.set_paused(False)
        await speakers.drain()
        assert not speakers.is_busy

    play(scene)


def test_volume_holds_for_players_that_come_later() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        speakers.warm(ANNA)
        speakers.set_volume(0.25)
        speakers.accept(SHORT, BERT)
        assert speakers.status().volume == 0.25
        await speakers.drain()

    play(scene)


def test_an_unknown_device_is_an_error_that_lists_what_there_is() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        assert "null" in await speakers.devices()
        with pytest.raises(UnknownName, match=r"unknown device 'Tin can'; there are .*null"):
            await speakers.set_device("Tin can")
        await speakers.set_device("null")
        speakers.accept(SHORT, ANNA)
        await speakers.drain()

    play(scene)


def test_a_player_that_dies_does_not_end_a_text() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        entry, _ = speakers.accept("Half a second or so.", ANNA)
        await until(lambda: any(entry.heard_ms > 100 for entry in speakers.status().playing))
        killed = speakers.pids()
        os.kill(killed[0], signal.SIGKILL)
        await until(lambda: speakers.pids() not in ([], killed))
        heard_ms = []
        while speakers.is_busy:
            (playing,) = speakers.status().playing
            assert playing.id == entry.id
            heard_ms.append(playing.heard_ms)
            await asyncio.sleep(0.005)
        assert heard_ms == sorted(heard_ms)
        assert heard_ms[-1] > heard_ms[0] >= 100
        assert await speakers.take_warnings() == []

    assert [segment.text for segment in play(scene).rendered] == ["Half a second or so."]


def test_a_player_ends_when_its_voice_has_been_silent() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        speakers.accept(SHORT, ANNA)
        await speakers.drain()
        await until(lambda: not speakers.pids())
        speakers.accept(SHORT, ANNA)
        await speakers.drain()

    play(scene, idle_s=0.05)


@pytest.fixture
def _no_sound_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    monkeypatch.setenv("ALSA_CONFIG_PATH", "/nowhere")
    if _has_speakers():
        pytest.skip("this machine has a sound device")


async def speak(speakers: Loudspeakers, request: SpeechRequest) -> list[str]:
    """What a program that speaks is told."""
    _, notices = speakers.accept(SHORT, request)
    return [notice.code for notice in [*notices, *await speakers.take_warnings()]]


@pytest.mark.usefixtures("_no_sound_device")
def test_a_machine_without_a_sound_device_says_so_to_the_first_who_speaks_and_to_nobody_else() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        assert await speak(speakers, ANNA) == ["no_speakers"]
        assert speakers.status().device == ""
        assert await speak(speakers, BERT) == []
        await speakers.drain()
        assert await speak(speakers, BERT) == []

    play(scene, device="")


@pytest.mark.usefixtures("_no_sound_device")
def test_one_of_many_that_speak_at_the_same_instant_is_told_that_nobody_hears() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        told = await asyncio.gather(*(speak(speakers, ANNA) for _ in range(5)))
        assert sorted(told) == [[], [], [], [], ["no_speakers"]]

    play(scene, device="")


def test_a_player_that_never_gets_ready_is_waited_for_only_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deaf = tmp_path / "deaf.py"
    deaf.write_text("import os; os.read(0, 999), os.read(0, 999)")  # what to open, and the farewell
    monkeypatch.setattr(channel_module, "_PLAYER", deaf)
    monkeypatch.setattr(loudspeakers_module, "_FIRST_PLAYER_S", 0.01)

    async def scene(speakers: Loudspeakers) -> None:
        assert await speak(speakers, ANNA) == []
        async with asyncio.timeout(0.0):  # not even a turn of the loop
            assert await speak(speakers, ANNA) == []

    play(scene)


def _has_speakers() -> bool:
    try:
        device_module.SoundDevice(24_000, bytes, period_ms=20).close()
    except device_module.NoSpeakers:
        return False
    return True


def test_a_sentence_that_cannot_be_rendered_does_not_hold_up_what_waits() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        speakers.accept("This fails.", ANNA)
        speakers.accept(SHORT, ANNA, QUEUE)
        await speakers.drain()

    pool = ArithmeticPool(frame_s=0.0, failing={"This fails.": 0})

    async def main() -> None:
        async with (
            asyncio.timeout(15),
            SpeechService(pool, config_of("one")) as service,
            Loudspeakers(service, device="null") as speakers,
        ):
            await scene(speakers)

    asyncio.run(main())
    assert [segment.text for segment in pool.rendered] == ["This fails.", SHORT]


async def followed(speakers: Loudspeakers, number: int) -> list[TextProgress]:
    return [progress async for progress in speakers.follow(number)]


def test_whoever_follows_a_text_is_told_more_and_more_of_it_and_its_end() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        entry, _ = speakers.accept(LONG, ANNA)
        told = await followed(speakers, entry.id)
        assert [each.state for each in told] == ["playing"] * (len(told) - 1) + ["heard"]
        assert len(told) > 3
        assert [each.heard_ms for each in told] == sorted(each.heard_ms for each in told)
        assert [each.heard_chars for each in told] == sorted(each.heard_chars for each in told)
        assert 0 < told[-2].heard_chars < told[-1].heard_chars == len(LONG)
        with pytest.raises(KeyError):
            speakers.follow(entry.id)

    play(scene)


@pytest.mark.parametrize("end", [Loudspeakers.stop, Loudspeakers.skip])
def test_whoever_follows_a_text_that_is_stopped_is_told_how_much_was_heard(
    end: Callable[[Loudspeakers], int],
) -> None:
    async def scene(speakers: Loudspeakers) -> None:
        entry, _ = speakers.accept(LONG, ANNA)
        following = speakers.follow(entry.id)
        async for progress in following:
            if progress.heard_chars:
                break
        end(speakers)
        last = await anext(following)
        assert last.state == "stopped"
        assert 0 < last.heard_chars < len(LONG)

    play(scene)


def test_a_text_that_waits_is_followed_from_its_place_on_the_list() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        speakers.accept(LONG, ANNA)
        second, _ = speakers.accept(SHORT, ANNA, QUEUE)
        following = speakers.follow(second.id)
        assert (await anext(following)).state == "waiting"
        speakers.stop([second.id])
        assert await anext(following) == TextProgress("stopped", 0.0, 0)

    play(scene)


def test_what_went_wrong_is_told_to_whoever_follows() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.0, failing={"This fails.": 0})
        async with (
            asyncio.timeout(15),
            SpeechService(pool, config_of("one")) as service,
            Loudspeakers(service, device="null") as speakers,
        ):
            entry, _ = speakers.accept("This fails.", ANNA)
            last = (await followed(speakers, entry.id))[-1]
            assert (last.state, last.heard_ms, last.failure) == ("heard", 0.0, "the engine tripped")

    asyncio.run(main())


def test_too_long_a_text_and_too_long_a_list_are_refused() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        with pytest.raises(TooMuch, match="at most 1000 characters, not 1001"):
            speakers.accept("x" * 1001, ANNA)
        speakers.accept("x" * 900, ANNA, QUEUE)
        speakers.accept("x" * 900, ANNA, QUEUE)
        with pytest.raises(Busy, match="2 texts wait"):
            speakers.accept("x" * 900, ANNA, QUEUE)
        speakers.stop()
        with pytest.raises(UnknownName, match="unknown voice"):
            speakers.accept(SHORT, SpeechRequest(voice="nobody"))

    play(scene, buffered_chars=1000)


def test_leaving_ends_every_player_in_the_middle_of_a_text() -> None:
    pids: list[int] = []

    async def scene(speakers: Loudspeakers) -> None:
        speakers.accept(LONG, ANNA)
        speakers.accept(LONG, BERT, MIX)
        await until(lambda: sum(entry.heard_ms > 0 for entry in speakers.status().playing) == 2)
        pids.extend(speakers.pids())

    play(scene)
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
