"""Keys in first messages, and whatever else clients may send to ElevenLabs' WebSockets."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import jwt
import pytest
import websockets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.endpoints.dialects.elevenlabs.test_stream_input_socket import sound
from tests.endpoints.serving import Served, converse, run, served
from voice_server.endpoints.dialects.elevenlabs import elevenlabs_connection

SINGLE = "/v1/text-to-speech/x/stream-input?output_format=pcm_24000"
MULTI = "/v1/text-to-speech/x/multi-stream-input?output_format=pcm_24000"
DIALOGUE = "/v1/text-to-dialogue/multi-stream-input?output_format=pcm_24000"
TOKEN = "a-token-that-is-long-enough-for-signatures"  # noqa: S105 - of a test


@pytest.mark.parametrize(
    "key",
    [
        {"xi_api_key": TOKEN},
        {"xi-api-key": TOKEN},
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": jwt.encode({"a": 1}, TOKEN, "HS256")},
    ],
)
def test_the_first_message_may_carry_the_key(key: dict[str, str]) -> None:
    async def main() -> None:
        async with served(token=TOKEN) as server, server.connect(SINGLE) as socket:
            received = await converse(socket, {"text": " ", **key}, {"text": "One."}, {"text": ""})
            assert sound(received) == pcm_of("One.")

    run(main)


@pytest.mark.parametrize("path", [SINGLE, MULTI, DIALOGUE, "/elevenlabs" + SINGLE, MULTI.replace("?", "/?")])
@pytest.mark.parametrize("first", [{"text": " "}, {"text": " ", "xi_api_key": "guess"}, "{", b"\x00"])
def test_without_the_key_the_first_message_is_the_last(path: str, first: Any) -> None:
    async def main() -> None:
        async with served(token=TOKEN) as server, server.connect(path) as socket:
            received = await converse(socket, first, {"text": "One.", "xi_api_key": TOKEN})
            assert [each["error"] for each in received.json] == ["unauthorized"]
            assert received.close_code == 1008
            assert not server.pool.rendered

    run(main)


def test_a_key_in_the_handshake_must_be_right_and_others_sockets_need_one() -> None:
    async def main() -> None:
        async with served(token=TOKEN) as server:
            for path, headers in (
                (SINGLE, {"xi-api-key": "guess"}),
                (SINGLE + "&xi-api-key=guess", {}),
                ("/stream-tokens", {}),
                ("/v1/text-to-speech/x/stream", {}),
            ):
                with pytest.raises(websockets.InvalidStatus) as caught:
                    async with server.connect(path, additional_headers=headers):
                        pass
                assert caught.value.response.status_code == 401
            async with server.connect(SINGLE, additional_headers={"xi-api-key": TOKEN}) as socket:
                assert sound(await converse(socket, {"text": "One."}, {"text": ""})) == pcm_of("One.")

    run(main)


def test_a_connection_that_never_says_a_key_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elevenlabs_connection, "_KEY_S", 0.2)

    async def main() -> None:
        async with served(token=TOKEN) as server, server.connect(SINGLE) as socket:
            received = await converse(socket)
            assert [each["error"] for each in received.json] == ["idle"]

    run(main)


def test_nobody_leaves_for_a_connection_without_a_key_and_that_leaves_first() -> None:
    async def main() -> None:
        config = config_of("one", connections=2)
        key = {"additional_headers": {"xi-api-key": TOKEN}}
        async with served(config=config, token=TOKEN) as server, server.connect(MULTI, **key) as first:
            async with server.connect(MULTI) as keyless:
                with pytest.raises(websockets.InvalidStatus) as caught:
                    async with server.connect(MULTI):
                        pass
                assert caught.value.response.status_code == 503
                await asyncio.sleep(0.6)
                async with server.connect(MULTI, **key):
                    assert (await converse(keyless)).close_code == 1013
            assert (await converse(first, {"close_socket": True})).close_code == 1000

    run(main)


WORDS = st.sampled_from(["", " ", "One. ", "and", "<break/>", "[voice:x]", "\ud800", "🙂", "x" * 100])
CONTEXTS = st.sampled_from([None, "a", "b", "default", 7])
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "text": st.one_of(WORDS, st.none(), st.integers()),
        "context_id": CONTEXTS,
        "contextId": CONTEXTS,
        "flush": st.one_of(st.booleans(), st.none()),
        "close_context": st.booleans(),
        "keep_alive": st.booleans(),
        "voice_settings": st.sampled_from([None, {}, {"speed": 1.1}, {"speed": "x"}, []]),
        "voices": st.lists(st.sampled_from(["alba", "bert", "nobody"]), max_size=3),
        "inputs": st.lists(
            st.fixed_dictionaries(
                {"text": WORDS, "voice_id": st.sampled_from(["alba", "bert"])},
                optional={"new_turn": st.booleans()},
            ),
            max_size=3,
        ),
    },
)
MESSAGES = st.lists(
    st.one_of(FIELDS.map(json.dumps), st.text(max_size=20), st.binary(max_size=20)), max_size=30
)


@pytest.mark.parametrize("path", [SINGLE, MULTI + "&auto_mode=true", DIALOGUE])
@given(messages=MESSAGES, hangs_up=st.booleans())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_nobody_else_notices(path: str, messages: list[str | bytes], hangs_up: bool) -> None:
    async def main(server: Served) -> None:
        try:
            # A full queue of messages that were not read would keep this client from reading the close frame.
            async with server.connect(path, max_queue=None) as socket:
                for message in messages:
                    await socket.send(message)
                if not hangs_up:
                    await converse(socket, {"text": ""} if path == SINGLE else {"close_socket": True})
                    assert socket.close_code in (1000, 1008)
        except websockets.ConnectionClosed:
            assert socket.close_code == 1008
        async with server.connect(SINGLE) as socket:
            assert sound(await converse(socket, {"text": "One."}, {"text": ""})) == pcm_of("One.")
        while server.service.open_speeches:
            await asyncio.sleep(0.01)

    async def with_server() -> None:
        async with served(ArithmeticPool(frame_s=0.001, marks=True)) as server:
            await main(server)

    run(with_server)


def test_a_flood_is_told_of_and_what_was_taken_is_spoken() -> None:
    async def main() -> None:
        config = config_of("one", buffered_chars=200, open_turns=8)
        async with served(config=config) as server, server.connect(MULTI) as socket:
            flood = [{"text": "word " * 10, "context_id": f"c{number % 20}"} for number in range(500)]
            received = await converse(socket, *flood, {"close_socket": True})
            told = {each["error"] for each in received.json if "error" in each}
            assert told == {"too_many_turns", "text_overflow"}
            assert len({each["contextId"] for each in received.json if each.get("isFinal")}) == 8
            assert received.close_code == 1000

    run(main)
