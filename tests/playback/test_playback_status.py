"""The status is a picture of one moment: what happens later does not change it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.arithmetic_pool import ArithmeticPool, config_of
from voice_server.core.playlist import PlaylistPolicy
from voice_server.playback.loudspeakers import Loudspeakers
from voice_server.playback.playback_status import PlaybackStatus
from voice_server.speech import SpeechRequest, SpeechService


def play(scene: Callable[[Loudspeakers], Awaitable[None]]) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(15),
            SpeechService(ArithmeticPool(frame_s=0.0), config_of("one")) as service,
            Loudspeakers(service, device="null") as speakers,
        ):
            await scene(speakers)

    asyncio.run(main())


def test_before_the_first_text_nothing_plays_at_full_volume() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        assert speakers.status() == PlaybackStatus(
            is_paused=False, volume=1.0, device="null", playing=[], waiting=[]
        )

    play(scene)


def test_an_entry_names_the_voice_that_was_chosen_and_its_language() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        speakers.accept("Hi.", SpeechRequest(voice="de"))
        (entry,) = speakers.status().playing
        assert (entry.voice, entry.language, entry.backend) == ("bert", "de", "one")
        assert (entry.text, entry.state, entry.heard_ms) == ("Hi.", "playing", 0)

    play(scene)


def test_a_status_is_not_changed_by_what_happens_after_it() -> None:
    async def scene(speakers: Loudspeakers) -> None:
        first, _ = speakers.accept("Hi.", SpeechRequest())
        before = speakers.status()
        second, _ = speakers.accept("Hello.", SpeechRequest(), PlaylistPolicy.QUEUE)
        assert [entry.id for entry in before.playing] == [first.id]
        assert before.waiting == []
        assert [entry.id for entry in speakers.status().waiting] == [second.id]

    play(scene)
