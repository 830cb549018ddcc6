"""`/v1/speak` as a WebSocket."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import websockets
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.arithmetic_pool import ArithmeticPool
from tests.endpoints.dialects import fuzzing
from tests.endpoints.dialects.fuzzing import Sent
from tests.endpoints.serving import Received, Served, converse, listen, run, served

PATH = "/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=24000"


async def spoken(server: Served, *texts: str) -> bytes:
    """The same text over /stream-tokens."""
    async with server.connect() as socket:
        return (await converse(socket, *({"token": text} for text in texts), {"done": True})).audio


async def until(socket: Any, kind: str, count: int = 1) -> Received:
    received = Received()
    for _ in range(count):
        await listen(socket, until=kind, received=received)
    return received


@pytest.mark.parametrize("prefix", ["", "/deepgram"])
def test_words_and_a_flush_are_spoken_sample_for_sample(prefix: str) -> None:
    async def main() -> None:
        async with served() as server:
            want = await spoken(server, "One two. ", "Three.")
            async with server.connect(prefix + PATH) as socket:
                for word in ("One ", "two. ", "Three."):
                    await socket.send(json.dumps({"type": "Speak", "text": word}))
                await socket.send('{"type":"Flush"}')
                received = await until(socket, "Flushed")
            assert received.audio == want
            assert [each["type"] for each in received.json] == ["Metadata", "Flushed"]
            assert isinstance(received.messages[-1], str)  # behind the last byte

    run(main)


def test_every_flush_is_answered_also_an_empty_one() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            for message in ({"type": "Flush"}, {"type": "Speak", "text": "One."}, {"type": "Flush"}):
                await socket.send(json.dumps(message))
            received = await until(socket, "Flushed", 2)
            assert [each["sequence_id"] for each in received.of("Flushed")] == [0, 1]

    run(main)


def test_what_was_cleared_is_neither_heard_nor_flushed() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.02, frames=20)) as server, server.connect(PATH) as socket:
            for message in (
                {"type": "Speak", "text": "One. Two. Three."},
                {"type": "Flush"},
                {"type": "Speak", "text": "Four. "},
            ):
                await socket.send(json.dumps(message))
            while not isinstance(await socket.recv(), bytes):
                pass
            await socket.send('{"type":"Clear"}')
            await until(socket, "Cleared")
            await socket.send(json.dumps({"type": "Speak", "text": "Five."}))
            await socket.send('{"type":"Flush"}')
            received = await until(socket, "Flushed")
            assert received.audio == await spoken(server, "Five.")
            assert [each["sequence_id"] for each in received.of("Flushed")] == [0]

    run(main)


def test_close_ends_at_once_and_frees_the_worker() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=5)) as server, server.connect(PATH) as socket:
            received = await converse(
                socket, {"type": "Speak", "text": "One."}, {"type": "Flush"}, {"type": "Close"}
            )
            assert (received.close_code, received.audio) == (1000, b"")
            await asyncio.sleep(0)
            assert server.service.open_speeches == 0

    run(main)


def test_a_wrong_message_is_a_warning_that_says_what_is_allowed() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            received = await converse(
                socket, {"type": "Sing"}, "[", b"1", {"type": "Speak", "text": 3}, {"type": "Close"}
            )
            assert [each["description"] for each in received.of("Warning")] == [
                "type must be one of Speak, Flush, Clear, Close, not 'Sing'",
                "a message must be one JSON object: Expected `object`, got `array`",
                "messages to this address are JSON text, not binary",
                "text must be a text",
            ]

    run(main)


def test_a_wrong_query_is_refused_in_the_handshake() -> None:
    async def main() -> None:
        async with served() as server:
            with pytest.raises(websockets.InvalidStatus) as caught:
                async with server.connect("/v1/speak?encoding=opus"):
                    pass
            assert caught.value.response.status_code == 400
            assert b"encoding must be one of alaw, linear16, mulaw" in caught.value.response.body
            assert "encoding must be one of" in caught.value.response.headers["dg-error"]

    run(main)


def test_a_key_is_taken_as_deepgram_s_clients_send_it() -> None:
    async def main() -> None:
        async with served(token="secret") as server:
            ways: tuple[dict[str, Any], ...] = (
                {"additional_headers": {"Authorization": "Token secret"}},
                {"additional_headers": {"Authorization": "bearer secret"}},
                {"subprotocols": ["token", "secret"]},
            )
            for way in ways:
                async with server.connect(PATH, **way) as socket:
                    assert socket.subprotocol == way.get("subprotocols", [None])[0]
            with pytest.raises(websockets.InvalidStatus) as caught:
                async with server.connect(PATH, subprotocols=["token", "wrong"]):
                    pass
            assert "token" in caught.value.response.headers["dg-error"]

    run(main)


def test_a_text_that_cannot_be_spoken_is_a_warning_and_flushed_all_the_same() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, failing={"One.": 0})
        async with served(pool) as server, server.connect(PATH) as socket:
            await socket.send(json.dumps({"type": "Speak", "text": "One."}))
            await socket.send('{"type":"Flush"}')
            received = await until(socket, "Flushed")
            warning = received.of("Warning")[0]
            assert warning["description"] == warning["warn_msg"] == "the engine tripped"
            assert warning["code"] == "RENDER_FAILED"

    run(main)


def v1_messages() -> st.SearchStrategy[Sent]:
    speaks = fuzzing.texts.map(lambda text: {"type": "Speak", "text": text})
    kinds = st.sampled_from(["Flush", "Clear", "Flush", "Clear"]).map(lambda kind: {"type": kind})
    return st.one_of(speaks, kinds, speaks, kinds, fuzzing.garbage, st.just(fuzzing.HANG_UP))


@settings(max_examples=30, deadline=None)
@given(st.lists(v1_messages(), max_size=14))
def test_whatever_is_sent_every_clear_is_answered_and_only_what_is_wrong_is_a_warning(
    steps: list[Sent],
) -> None:
    def check(received: Received) -> None:
        kinds = [each["type"] for each in received.json]
        assert set(kinds) <= {"Metadata", "Flushed", "Cleared", "Warning"}
        assert kinds[0] == "Metadata"
        sent = [step["type"] if isinstance(step, dict) else "garbage" for step in steps]
        assert kinds.count("Cleared") == sent.count("Clear")
        assert kinds.count("Flushed") <= sent.count("Flush")
        assert kinds.count("Warning") >= sent.count("garbage")
        for kind in ("Cleared", "Flushed"):
            numbers = [each["sequence_id"] for each in received.of(kind)]
            assert numbers == list(range(len(numbers)))

    fuzzing.play(PATH, steps, {"type": "Close"}, check)
