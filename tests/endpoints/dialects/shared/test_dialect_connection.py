"""What all dialects' WebSockets have in common, seen through the simplest of them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import Served, converse, listen, run, served
from voice_server.core.speech.pauses import Pauses, pause_bytes
from voice_server.speech.utterance_runner import UtteranceRunner

PATH = "/deepgram/v1/speak"


def speak(text: str) -> dict[str, str]:
    return {"type": "Speak", "text": text}


FLUSH = {"type": "Flush"}


async def send(socket: Any, *messages: dict[str, str]) -> None:
    for message in messages:
        await socket.send(json.dumps(message))


def test_turns_are_heard_in_order_and_rendered_ahead() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.001)) as server, server.connect(PATH) as socket:
            await send(socket, *(each for n in range(5) for each in (speak(f"Number {n}."), FLUSH)))
            received = await listen(socket, until="Metadata")
            for _ in range(5):
                await listen(socket, until="Flushed", received=received)
            assert [each["sequence_id"] for each in received.of("Flushed")] == list(range(5))
            assert [each.text for each in server.pool.rendered] == [f"Number {n}." for n in range(5)]

    run(main)


def test_no_more_turns_than_the_limit() -> None:
    async def main() -> None:
        config = config_of("one", open_turns=2)
        async with served(ArithmeticPool(frame_s=5), config) as server, server.connect(PATH) as socket:
            await send(socket, speak("One."), FLUSH, speak("Two."), FLUSH, speak("Three."))
            await listen(socket, until="Metadata")
            received = await listen(socket, until="Warning")
            assert "at most 2 turns" in received.of("Warning")[0]["description"]

    run(main)


def test_no_more_text_than_the_limit_and_what_was_taken_is_spoken() -> None:
    async def main() -> None:
        config = config_of("one", buffered_chars=50)
        async with served(ArithmeticPool(frame_s=0.001), config) as server, server.connect(PATH) as socket:
            await send(socket, speak("One. "), speak("x" * 60), FLUSH)
            received = await listen(socket, until="Flushed")
            assert len(received.of("Warning")) == 1
            assert [each.text for each in server.pool.rendered] == ["One."]

    run(main)


def test_an_idle_connection_is_closed_and_one_that_is_spoken_to_is_not() -> None:
    async def main() -> None:
        config = config_of("one", idle_s=0.3)
        async with served(ArithmeticPool(frame_s=0.25), config) as server:
            async with server.connect(PATH) as socket:
                await send(socket, speak("One."), FLUSH)
                received = await listen(socket)
            assert [each["type"] for each in received.json] == ["Metadata", "Flushed", "Warning"]
            assert received.close_code == 1000

    run(main)


def test_a_client_that_hangs_up_frees_its_workers() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=5)) as server:
            async with server.connect(PATH) as socket:
                await send(socket, speak("One."), FLUSH, speak("Two."))
                while not server.pool.rendered:
                    await asyncio.sleep(0.01)
            while server.service.open_speeches:
                await asyncio.sleep(0.01)
            assert server.pool.stopped == ["One."]

    run(main)


def test_a_client_that_does_not_read_is_disconnected() -> None:
    async def main() -> None:
        config = config_of("one", stalled_reader_s=0.3)
        async with (
            served(ArithmeticPool(frame_s=0), config) as server,
            server.connect(PATH, max_queue=1, close_timeout=0.1) as socket,
        ):
            socket.transport.pause_reading()
            text = "A very long sentence with many words that goes on and on. " * 200
            await send(socket, *([speak(text), FLUSH] * 20))
            while server.service.open_speeches or not server.pool.rendered:
                await asyncio.sleep(0.02)

    run(main)


def test_a_flood_of_answers_stops_the_reading_and_loses_none() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            sending = asyncio.create_task(send(socket, *([{"type": "Clear"}] * 5000)))
            received = await listen(socket, until="Metadata")
            for _ in range(5000):
                await listen(socket, until="Cleared", received=received)
            await sending
            assert [each["sequence_id"] for each in received.of("Cleared")] == list(range(5000))

    run(main)


def test_a_drain_speaks_what_came_and_closes() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.01)) as server, server.connect(PATH) as socket:
            await send(socket, speak("One. Two"))
            while not server.pool.rendered:
                await asyncio.sleep(0.01)
            await server.state.drain(5)
            received = await listen(socket)
            assert received.close_code == 1012
            assert [each.text for each in server.pool.rendered] == ["One.", "Two"]

    run(main)


def test_the_connection_that_was_idle_for_longest_makes_room() -> None:
    async def main() -> None:
        async with served(config=config_of("one", connections=1)) as server, server.connect(PATH) as first:
            await asyncio.sleep(0.6)
            async with server.connect(PATH) as second:
                received = await listen(first)
                assert received.close_code == 1013
                assert (await converse(second, {"type": "Close"})).close_code == 1000

    run(main)


@pytest.mark.parametrize("encoding", ["linear16", "mulaw", "alaw"])
def test_an_interruption_stops_the_sound_in_every_encoding(encoding: str) -> None:
    async def main(server: Served) -> None:
        async with server.connect(f"{PATH}?encoding={encoding}") as socket:
            await send(socket, speak("One. Two. Three."), FLUSH)
            while not isinstance(await socket.recv(), bytes):
                pass
            await send(socket, {"type": "Clear"})
            await listen(socket, until="Cleared")
            await asyncio.sleep(0.2)
            received = await converse(socket, {"type": "Close"})
            assert not received.audio

    async def with_server() -> None:
        async with served(ArithmeticPool(frame_s=0.02, frames=20)) as server:
            await main(server)

    run(with_server)


def test_messages_that_came_together_are_obeyed_in_order() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.001)) as server, server.connect(PATH) as socket:
            words = [f"word{number} " for number in range(500)]
            await send(socket, *map(speak, words), speak("end."), FLUSH)
            received = await listen(socket, until="Flushed")
            assert "".join(each.text + " " for each in server.pool.rendered) == "".join(words) + "end. "
            assert received.audio

    run(main)


@pytest.mark.parametrize("is_sent", [True, False])
def test_a_pause_parts_two_turns_only_where_the_first_was_not_sent_when_the_second_began(
    is_sent: bool,
) -> None:
    async def main() -> None:
        config = msgspec.structs.replace(config_of("one"), pauses=Pauses())
        async with served(ArithmeticPool(frame_s=0.01), config) as server, server.connect(PATH) as socket:
            await send(socket, speak("One two three four five."), FLUSH)
            received = await listen(socket, until="Flushed" if is_sent else "Metadata")
            await send(socket, speak("Six."), FLUSH)
            for _ in range(1 if is_sent else 2):
                await listen(socket, until="Flushed", received=received)
            pause = b"" if is_sent else bytes(pause_bytes(Pauses().sentence_ms))
            assert received.audio == pcm_of("One two three four five.") + pause + pcm_of("Six.")

    run(main)


def test_turns_that_were_cut_off_leave_room_for_others_at_once() -> None:
    async def main() -> None:
        async with served(config=config_of("one", open_turns=2)) as server, server.connect(PATH) as socket:
            await send(socket, *([speak("One."), {"type": "Clear"}] * 15), speak("Two."), FLUSH)
            received = await listen(socket, until="Flushed")
            assert received.of("Warning") == []
            assert received.audio == pcm_of("Two.")

    run(main)


def test_a_listener_too_many_is_told_so_and_one_that_was_let_in_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            await send(socket, speak("One is here."), FLUSH)
            await listen(socket, until="Flushed")
            monkeypatch.setattr(UtteranceRunner, "wait_for_room_s", lambda *_: 4.2)
            await send(socket, speak("Two is here."), FLUSH)
            assert (await listen(socket, until="Flushed")).audio == pcm_of("Two is here.")
            async with server.connect(PATH) as other:
                await send(other, speak("Three is here."), FLUSH, speak("Four."), FLUSH)
                received = await listen(other)
                assert (received.audio, received.close_code) == (b"", 1013)
                assert "ask again in 5 s" in received.of("Warning")[0]["description"]

    run(main)
