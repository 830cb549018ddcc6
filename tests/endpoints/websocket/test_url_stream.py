"""`/stream?text=…`: a whole text by URL."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import pytest

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import listen, run, served
from voice_server.core.types import SpeechWarning
from voice_server.speech.utterance_runner import UtteranceRunner


def test_a_text_in_the_url_is_spoken_and_ends_with_done() -> None:
    async def main() -> None:
        path = f"/stream?text={quote('One is here. Two is here.')}&voice=bert&speed=1.5"
        async with served() as server, server.connect(path) as socket:
            received = await listen(socket)
        assert received.audio == pcm_of("One is here.") + pcm_of("Two is here.")
        assert received.texts == ['{"done":true}']
        assert received.close_code == 1000
        assert {(segment.voice, segment.options["speed"]) for segment in server.pool.rendered} == {
            ("bert", 1.5)
        }

    run(main)


def test_a_speed_of_1_is_for_engines_without_speed_too() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.0, options=())
        async with served(pool) as server, server.connect("/stream?text=Hello.&speed=1.0") as socket:
            received = await listen(socket)
        assert received.audio == pcm_of("Hello.")
        assert received.close_code == 1000

    run(main)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "no_text"),
        ("text=%20", "no_text"),
        ("text=Hi&voice=nobody", "unknown_voice"),
        ("text=Hi&speed=fast", "invalid_option"),
        ("text=Hi&speed=nan", "invalid_option"),
        ("text=Hi&script=latin", "invalid_option"),
        ("text=Hi&code=loud", "invalid_option"),
        ("text=Hi&normalize=money", "invalid_option"),
        ("text=Hi&emoji=name", "invalid_option"),
        ("text=Hi&citations=maybe", "invalid_option"),
        ("text=Hi&sentence_pause_ms=long", "invalid_option"),
        ("text=Hi&sentence_pause_ms=10001", "invalid_option"),
        ("text=Hi&ssml=yes", "invalid_option"),
        ("text=Hi&backend=nine", "unknown_backend"),
        ("text=caf%E9", "not_utf8"),
    ],
)
def test_a_wrong_url_gets_a_sentence_and_1008(query: str, code: str) -> None:
    async def main() -> None:
        async with served() as server, server.connect(f"/stream?{query}") as socket:
            received = await listen(socket)
        assert [message["code"] for message in received.json] == [code]
        assert received.close_code == 1008

    run(main)


@pytest.mark.parametrize(
    ("query", "spoken"),
    [("", "five km"), ("&normalize=off", "5 km"), ("&normalize=dates,numbers", "five km")],
)
def test_numbers_are_put_into_words_as_the_url_says(query: str, spoken: str) -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.0, normalizes=("amounts",))
        async with served(pool) as server, server.connect(f"/stream?text=5%20km{query}") as socket:
            await listen(socket)
        assert [segment.text for segment in pool.rendered] == [spoken]

    run(main)


def test_a_failed_sentence_is_told_and_the_others_are_spoken() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, failing={"One is here.": 0})
        async with (
            served(pool) as server,
            server.connect(f"/stream?text={quote('One is here. Two is here.')}") as socket,
        ):
            received = await listen(socket)
        assert [message.get("code") for message in received.json] == ["render_failed", None]
        assert received.audio == pcm_of("Two is here.")

    run(main)


def test_a_client_that_hangs_up_stops_its_render() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=30.0)
        async with served(pool) as server:
            async with server.connect("/stream?text=Hello%20world.") as socket:
                while not pool.running.total():
                    await socket.ping()
                socket.transport.abort()
            while pool.running.total():
                async with server.connect() as other:
                    await other.ping()
            assert pool.stopped == ["Hello world."]

    run(main)


def test_a_server_that_drains_finishes_a_text_and_takes_no_other() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.01)
        async with served(pool) as server, server.connect("/stream?text=Hello%20world.") as socket:
            while not pool.rendered:
                await asyncio.sleep(0)
            drain = asyncio.create_task(server.state.drain(10.0))
            async with server.connect("/stream?text=Hi.") as late:
                assert (await listen(late)).close_code == 1013
            received = await listen(socket)
            await drain
            assert server.service.open_speeches == 0
        assert received.audio == pcm_of("Hello world.")
        assert received.close_code == 1000
        assert [segment.text for segment in pool.rendered] == ["Hello world."]

    run(main)


def test_a_drain_waits_for_a_text_that_is_being_spoken() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=30.0)
        async with served(pool) as server:
            async with server.connect("/stream?text=Hello%20world.") as socket:
                while not pool.rendered:
                    await asyncio.sleep(0)
                drain = asyncio.create_task(server.state.drain(10.0))
                async with server.connect() as other:
                    await listen(other)  # the loop has had time to end a drain that waits for nothing
                assert not drain.done()
                socket.transport.abort()
            await drain

    run(main)


def test_a_text_of_any_length_is_spoken_however_little_may_wait() -> None:
    async def main() -> None:
        config = config_of("one", buffered_chars=1000)
        text = "a" * 2600
        async with served(config=config) as server, server.connect(f"/stream?text={text}") as socket:
            received = await listen(socket)
            assert server.service.open_speeches == 0
        assert received.json == [{"done": True}]
        assert len(received.audio) == len(pcm_of(text))
        assert received.close_code == 1000

    run(main)


def test_warnings_come_before_the_audio_that_they_are_about() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, notices={"Hi.": SpeechWarning("sentence_retried", "a worker died")})
        async with served(pool) as server, server.connect("/stream?text=Hi.&voice=alloy") as socket:
            received = await listen(socket)
        first, second, *audio, last = received.messages
        assert [(each["type"], each["code"]) for each in received.json[:2]] == [
            ("warning", "voice_substituted"),
            ("warning", "sentence_retried"),
        ]
        assert received.json[0]["msg"].startswith("one has no voice alloy")
        assert [first, second, last] == received.texts
        assert audio
        assert received.audio == pcm_of("Hi.")

    run(main)


def test_a_listener_too_many_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UtteranceRunner, "wait_for_room_s", lambda *_: 4.2)

    async def main() -> None:
        async with served() as server, server.connect("/stream?text=One") as socket:
            received = await listen(socket)
            assert ([each["code"] for each in received.json], received.close_code) == (["busy"], 1013)

    run(main)
