"""A stream whose connections are cut off: nothing of it is lost or comes twice, in either direction."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.cutting_proxy import cutting_proxy
from tests.endpoints.serving import run, served
from voice_server import client
from voice_server.client import Audio, Ready, connect

TEXT = " ".join(f"This is sentence number {number} of the answer." for number in range(20))
TOKENS = [TEXT[at : at + 7] for at in range(0, len(TEXT), 7)]
WANTED = b"".join(pcm_of(f"This is sentence number {number} of the answer.") for number in range(20))


def shown(event: client.Event) -> Any:
    """What of an event does not hang on times; audio is compared as a whole."""
    if isinstance(event, client.SentenceEnd):
        return (event.turn, event.index, event.audio_ms)
    if isinstance(event, client.Sentence):
        return (event.turn, event.index, event.text, event.at_ms)
    return event


async def spoken(url: str, **config: Any) -> list[client.Event]:
    async with connect(url, keep_s=20, timestamps="word", **config) as stream:
        for number, token in enumerate(TOKENS):
            await stream.send_text(token)
            if number % 10 == 0:
                await asyncio.sleep(0)
        await stream.done()
        return [event async for event in stream]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("frames", ["plain", "tagged"])
def test_a_connection_that_is_cut_at_random_places_loses_and_repeats_nothing(seed: int, frames: str) -> None:
    chance = random.Random(seed)
    cuts = [chance.choice((300, 5_000, 60_000, len(WANTED) // 2)) + chance.randrange(900) for _ in range(5)]
    kinds = (client.Sentence, client.Words, client.SentenceEnd, client.TurnDone, client.Done)

    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.001, marks=True)
        async with served(pool) as server, cutting_proxy(server.port, cuts) as proxy:
            events = await spoken(proxy.url, format={"frames": frames})
            whole = await spoken(server.url(), format={"frames": frames})
        assert proxy.connections > 1
        assert 1 < sum(isinstance(event, Ready) for event in events) <= proxy.connections
        assert b"".join(event.pcm for event in events if isinstance(event, Audio)) == WANTED
        told, wanted = (
            [shown(event) for event in each if isinstance(event, kinds)] for each in (events, whole)
        )
        assert told == wanted

    print(f"cuts: {cuts}")
    run(main)


@pytest.mark.parametrize("seed", range(6))
def test_the_end_of_a_stream_is_not_lost_either(seed: int) -> None:
    chance = random.Random(seed)

    async def main() -> None:
        async with served() as server, cutting_proxy(server.port, []) as proxy:
            await spoken(proxy.url)
            size = proxy.passed_bytes - chance.randrange(400)
        async with served() as server, cutting_proxy(server.port, [size]) as proxy:
            events = await spoken(proxy.url)
        assert b"".join(event.pcm for event in events if isinstance(event, Audio)) == WANTED
        assert isinstance(events[-1], client.Done)

    run(main)


def test_tokens_that_were_lost_on_the_way_are_sent_again() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0)
        async with served(pool) as server, cutting_proxy(server.port, [800]) as proxy:
            events = await spoken(proxy.url)
        assert b"".join(event.pcm for event in events if isinstance(event, Audio)) == WANTED
        (done,) = [event for event in events if isinstance(event, client.TurnDone)]
        assert done.characters == len(TEXT)

    run(main)


async def heard(stream: client.AsyncStream) -> list[client.Event]:
    return [event async for event in stream]


def test_a_stream_that_did_not_ask_for_it_ends_with_its_connection() -> None:
    async def main() -> None:
        async with (
            served() as server,
            cutting_proxy(server.port, [5000]) as proxy,
            connect(proxy.url) as stream,
        ):
            await stream.send_text(TEXT)
            with pytest.raises(client.StreamClosed, match="it vanished without a word"):
                await heard(stream)
            while server.service.open_speeches:
                await asyncio.sleep(0.01)
        assert proxy.connections == 1

    run(main)


def test_a_server_that_does_not_come_back_in_time_is_an_error_for_senders_too() -> None:
    async def main() -> None:
        async with (
            served() as server,
            cutting_proxy(server.port, []) as proxy,
            connect(proxy.url, keep_s=0.4) as stream,
        ):
            await stream.send_text(TEXT)
            async for event in stream:
                if isinstance(event, Audio):
                    break
            await proxy.end()
            with pytest.raises(client.StreamClosed, match="it vanished without a word"):
                await heard(stream)
            with pytest.raises(client.StreamClosed):
                await stream.send_text("too late")
            while server.service.open_speeches:
                await asyncio.sleep(0.01)

    run(main)


def test_a_session_that_the_server_does_not_know_any_more_is_an_error_that_says_so() -> None:
    async def main() -> None:
        async with (
            served() as server,
            cutting_proxy(server.port, [20_000]) as proxy,
            connect(proxy.url, keep_s=5) as stream,
        ):
            server.state.kept.get = lambda _name: None  # type: ignore[method-assign, assignment]
            await stream.send_text(TEXT)
            with pytest.raises(client.StreamRefused, match="there is no such session") as caught:
                await heard(stream)
        assert caught.value.code == "session_gone"

    run(main)


def test_a_connection_lost_before_the_server_said_anything_is_opened_anew() -> None:
    async def main() -> None:
        async with served() as server, cutting_proxy(server.port, [0, 300]) as proxy:
            with pytest.raises(client.NoServer):
                await spoken(proxy.url)  # the first connection of all is the program's business
            events = await spoken(proxy.url)
        assert proxy.connections == 3
        assert b"".join(event.pcm for event in events if isinstance(event, Audio)) == WANTED

    run(main)
