"""A session that lost its connection is taken up by its name, for a while, and by nobody else."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import Received, Served, converse, listen, run, served

HELLO = "Hello world."


async def begun(
    server: Served, *messages: dict[str, Any], until: str = "sentence_end", keep_s: float = 20
) -> tuple[ClientConnection, Received]:
    """A connection that was told messages and has answered them."""
    socket = await server.connect()
    for message in ({"v": 2, "keep_s": keep_s}, *messages):
        await socket.send(json.dumps(message))
    return socket, await listen(socket, until=until)


def session_of(received: Received) -> str:
    name: str = received.of("ready")[0]["session"]
    return name


async def lose(socket: ClientConnection, received: Received, server: Served) -> None:
    """Cut a connection off, and wait until the server knows."""
    socket.transport.abort()
    while (kept := server.state.kept.get(session_of(received))) is not None and kept.release is not None:
        await asyncio.sleep(0.005)


def resuming(name: str, received: int) -> dict[str, Any]:
    return {"v": 2, "resume": {"session": name, "received": received}}


def test_what_was_not_received_is_sent_and_text_that_waits_is_spoken() -> None:
    async def main() -> None:
        async with served() as server:
            socket, first = await begun(server, {"token": "One is here. Two is", "turn": "t"})
            await lose(socket, first, server)
            async with server.connect() as socket:
                at = len(first.messages) - 2
                second = await converse(
                    socket, resuming(session_of(first), at), {"token": " here too."}, {"done": True}
                )
        ready, *rest = second.json
        assert (ready["type"], ready["session"], ready["received"]) == ("ready", session_of(first), 2)
        assert second.messages[1:3] == first.messages[at:]
        sound = sound_of([*first.messages[:at], *second.messages])
        assert sound == pcm_of("One is here.") + pcm_of("Two is here too.")
        assert [each["reason"] for each in rest if each["type"] == "turn_done"] == ["complete"]
        assert second.close_code == 1000

    run(main)


def sound_of(messages: list[str | bytes]) -> bytes:
    return b"".join(each for each in messages if isinstance(each, bytes))


@pytest.mark.parametrize("sample", [0, 1, 5_000, len(pcm_of("Two is here.")) // 2])
def test_a_client_that_counts_sound_goes_on_behind_a_sample(sample: int) -> None:
    async def main() -> None:
        async with served() as server:
            text = {"token": "One is here. Two is here. ", "turn": "t", "end": True}
            socket, first = await begun(server, text, until="turn_done")
            await lose(socket, first, server)
            place = {"session": session_of(first), "turn": "t", "index": 1, "sample": sample}
            async with server.connect() as socket:
                second = await converse(socket, {"v": 2, "resume": place}, {"done": True})
        assert second.audio == pcm_of("Two is here.")[sample * 2 :]
        assert [each["index"] for each in second.of("sentence_end")] == [1]
        assert len(second.of("turn_done")) == 1

    run(main)


@pytest.mark.parametrize(
    ("form", "place", "code"),
    [
        ({}, {"turn": "t", "index": 5, "sample": 0}, "session_gone"),
        ({}, {"turn": "nobody", "index": 0, "sample": 0}, "session_gone"),
        ({"encoding": "mp3"}, {"turn": "t", "index": 0, "sample": 0}, "invalid_message"),
    ],
)
def test_a_sample_that_there_is_not_is_refused(
    form: dict[str, Any], place: dict[str, Any], code: str
) -> None:
    async def main() -> None:
        async with served() as server:
            socket = await server.connect()
            await socket.send(json.dumps({"v": 2, "keep_s": 5, "format": form}))
            await socket.send(json.dumps({"token": HELLO, "turn": "t", "end": True}))
            first = await listen(socket, until="turn_done")
            await lose(socket, first, server)
            async with server.connect() as socket:
                told = await converse(socket, {"v": 2, "resume": {"session": session_of(first), **place}})
        assert [error["code"] for error in told.of("error")] == [code]

    run(main)


def test_a_connection_that_is_only_thought_alive_gives_its_session_up() -> None:
    async def main() -> None:
        async with served() as server:
            old, first = await begun(server, {"token": HELLO, "end": True}, until="turn_done")
            async with server.connect() as socket:
                second = await converse(socket, resuming(session_of(first), 0), {"done": True})
            assert second.messages[1:-1] == first.messages
            with pytest.raises(websockets.ConnectionClosedError, match="taken the session up"):
                await old.recv()
            await old.close()

    run(main)


def test_a_session_whose_text_has_ended_is_spoken_to_its_end_and_closed() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.01)) as server:
            socket, first = await begun(server, {"token": HELLO, "done": True}, until="sentence")
            await lose(socket, first, server)
            async with server.connect() as socket:
                second = await converse(socket, resuming(session_of(first), len(first.messages)))
        assert first.audio + second.audio == pcm_of(HELLO)
        assert second.json[-1] == {"type": "done"}
        assert second.close_code == 1000

    run(main)


def test_a_client_that_says_good_bye_leaves_nothing() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.05)) as server:
            socket, first = await begun(server, {"token": HELLO * 5}, until="sentence")
            await socket.close()
            while server.service.open_speeches:
                await asyncio.sleep(0.01)
            async with server.connect() as socket:
                second = await converse(socket, resuming(session_of(first), 1))
        assert [error["code"] for error in second.of("error")] == ["session_gone"]
        assert second.close_code == 1008

    run(main)


def test_a_page_that_is_loaded_anew_finds_its_session() -> None:
    async def main() -> None:
        async with served() as server:
            socket, first = await begun(server, {"token": HELLO, "end": True}, until="turn_done")
            await socket.close(1001)
            async with server.connect() as socket:
                second = await converse(socket, resuming(session_of(first), 1), {"done": True})
        assert second.audio == pcm_of(HELLO)

    run(main)


def test_a_session_ends_when_its_time_is_over() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=10)) as server:
            socket, first = await begun(server, {"token": HELLO}, until="generating", keep_s=0.05)
            await lose(socket, first, server)
            while server.service.open_speeches:
                await asyncio.sleep(0.01)
        assert server.pool.stopped == [HELLO]

    run(main)


@pytest.mark.parametrize(
    ("message", "code", "close_code"),
    [
        (resuming("nobody's", 0), "session_gone", 1008),
        (resuming("", 0), "session_gone", 1008),
        ({"v": 2, "resume": {"session": "x"}}, "invalid_message", 1008),
        ({"v": 2, "resume": {"session": "x", "received": -1}}, "invalid_message", 1008),
        ({"v": 2, "resume": {"session": "x", "received": 1, "more": 2}}, "invalid_message", 1008),
        ({"v": 2, "resume": {"session": 5, "received": 1}}, "invalid_message", 1008),
        ({"v": 2, "resume": {"session": "x" * 300, "received": 1}}, "invalid_message", 1008),
        ({"v": 2, "resume": "x"}, "invalid_message", 1008),
        ({**resuming("x", 0), "token": HELLO}, "not_first", 1008),
        ({"v": 2, "keep_s": 61}, "invalid_message", 1008),
        ({"v": 2, "keep_s": -1}, "invalid_message", 1008),
    ],
)
def test_what_takes_no_session_up_is_told_why(message: dict[str, Any], code: str, close_code: int) -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            received = await converse(socket, message)
        assert [error["code"] for error in received.of("error")] == [code]
        assert received.close_code == close_code

    run(main)


def test_a_later_message_takes_nothing_up_and_the_connection_goes_on() -> None:
    async def main() -> None:
        async with served() as server:
            other, first = await begun(server, {"token": "Another's secret. "})
            async with server.connect("/stream-tokens?v=2") as socket:
                messages = ({"token": HELLO}, {"resume": {"session": session_of(first), "received": 0}})
                received = await converse(socket, *messages, {"done": True})
            await other.close()
        assert [error["code"] for error in received.of("error")] == ["not_first"]
        assert received.audio == pcm_of(HELLO)

    run(main)


@pytest.mark.parametrize("received", [0, 10_000])
def test_more_than_was_sent_or_is_kept_cannot_be_asked_for(received: int) -> None:
    async def main() -> None:
        async with served(config=config_of("one", kept_bytes=64 * 1024)) as server:
            text = "This is a sentence that takes a while to say. " * 30
            socket, first = await begun(server, {"token": text, "end": True}, until="turn_done")
            await lose(socket, first, server)
            async with server.connect() as socket:
                refused = await converse(socket, resuming(session_of(first), received))
            assert [error["code"] for error in refused.of("error")] == ["session_gone"]
            async with server.connect() as socket:  # a refusal changes nothing
                again = await converse(
                    socket, resuming(session_of(first), len(first.messages)), {"done": True}
                )
            assert again.close_code == 1000

    run(main)


def test_where_all_places_are_taken_a_session_is_not_kept_and_a_lost_one_makes_room() -> None:
    async def main() -> None:
        async with served(config=config_of("one", kept_sessions=1)) as server:
            first, received = await begun(server, {"token": HELLO})
            async with server.connect() as socket:
                second = await converse(socket, {"v": 2, "keep_s": 20}, {"done": True})
            assert second.of("ready")[0]["keep_s"] == 0
            assert [each["code"] for each in second.of("warning")] == ["not_kept"]
            assert received.of("ready")[0]["keep_s"] == 20
            await lose(first, received, server)
            third, _ = await begun(server, {"token": HELLO})
            async with server.connect() as socket:
                told = await converse(socket, resuming(session_of(received), 1))
            assert [error["code"] for error in told.of("error")] == ["session_gone"]
            await third.close()

    run(main)


def test_a_server_that_goes_down_keeps_nothing() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=10)) as server:
            socket, first = await begun(server, {"token": HELLO}, until="generating")
            await lose(socket, first, server)
            await server.state.drain(1.0)
            assert server.service.open_speeches == 0

    run(main)


def test_the_names_of_sessions_are_secrets() -> None:
    async def main() -> None:
        async with served() as server:
            names = set()
            for _ in range(3):
                socket, received = await begun(server, {"ping": 1}, until="pong")
                names.add(session_of(received))
                await socket.close()
        assert len(names) == 3
        assert all(len(name) >= 22 for name in names), "128 bits in base64"

    run(main)
