"""LiveKit Inference's socket, with messages as its client writes them."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest
import websockets
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.dialects import fuzzing
from tests.endpoints.dialects.fuzzing import Sent
from tests.endpoints.serving import Received, converse, listen, run, served

CREATE = {"type": "session.create", "sample_rate": "24000", "encoding": "pcm_s16le", "extra": {}}
FLUSH = {"type": "session.flush"}


def transcript(text: str, **config: str) -> dict[str, Any]:
    return {"type": "input_transcript", "transcript": text, "generation_config": config, "extra": {}}


async def turn(socket: Any, *messages: dict[str, Any]) -> Received:
    """Send messages, and listen to the end of the turn."""
    for message in messages:
        await socket.send(json.dumps(message))
    return await listen(socket, until="done")


def sound(received: Received) -> bytes:
    return b"".join(base64.b64decode(each["audio"]) for each in received.of("output_audio"))


@pytest.mark.parametrize("path", ["/tts?model=x/y", "/livekit/tts?model=x/y"])
def test_turns_follow_each_other_on_one_connection_sample_for_sample(path: str) -> None:
    async def main() -> None:
        async with served() as server:
            async with server.connect() as ours:
                wanted = (await converse(ours, {"token": "One. Two."}, {"done": True})).audio
            async with server.connect(path) as socket:
                for first in ((CREATE,), ()):
                    received = await turn(socket, *first, transcript("One. "), transcript("Two. "), FLUSH)
                    assert sound(received) == wanted
                assert {each["session_id"] for each in received.json} == {received.json[0]["session_id"]}

    run(main)


def test_an_empty_turn_is_done_too() -> None:
    async def main() -> None:
        async with served() as server, server.connect("/tts") as socket:
            received = await turn(socket, CREATE, FLUSH)
            assert [each["type"] for each in received.json] == ["session.created", "done"]

    run(main)


def test_words_have_times_from_the_turn_s_start_where_the_client_reads_them() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(marks=True)) as server, server.connect("/tts") as socket:
            create = CREATE | {"model": "cartesia/sonic", "extra": {"add_timestamps": True}}
            received = await turn(socket, create, transcript("One two. "), transcript("Three. "), FLUSH)
            words = [word for each in received.of("output_alignment") for word in each["words"]]
            assert [word["word"] for word in words] == ["One", "two.", "Three."]
            assert words[0]["start"] < words[1]["start"] < words[2]["start"]
            assert words[-1]["end"] <= len(sound(received)) / 48_000 + 0.001
        async with served(ArithmeticPool(marks=True)) as server, server.connect("/tts") as socket:
            received = await turn(socket, CREATE, transcript("One two. "), FLUSH)
            assert not received.of("output_alignment")

    run(main)


def test_a_voice_and_a_backend_are_found_in_what_the_client_names() -> None:
    async def main() -> None:
        pool = ArithmeticPool(names=("one", "two"))
        async with served(pool) as server, server.connect("/tts?model=two/any:bert") as socket:
            await turn(socket, CREATE, transcript("One. "), FLUSH)
            await turn(socket, transcript("Two. ", voice="alba"), FLUSH)
            await turn(socket, transcript("Three. ", model="elevenlabs/x", language="de"), FLUSH)
            said = [(each.backend, each.voice) for each in pool.rendered]
            assert said == [("two", "bert"), ("two", "alba"), ("one", "alba")]

    run(main)


def test_what_is_wrong_is_an_error_and_the_connection_stays() -> None:
    async def main() -> None:
        async with served() as server, server.connect("/tts") as socket:
            wrong: tuple[dict[str, Any], ...] = (
                CREATE | {"sample_rate": "11"},
                CREATE | {"encoding": "mp3"},
                {},
            )
            for message in wrong:
                await socket.send(json.dumps(message))
                (error,) = (await listen(socket, until="error")).of("error")
                assert error["message"]
            assert sound(await turn(socket, CREATE, transcript("One. "), FLUSH))

    run(main)


def test_a_web_token_signed_with_the_token_is_a_key() -> None:
    async def main() -> None:
        ours = "a-token-of-at-least-thirty-two-bytes"
        async with served(token=ours) as server:
            for signer, is_good in ((ours, True), ("b" + ours, False)):
                key = jwt.encode({"exp": time.time() + 60}, signer, algorithm="HS256")
                headers = {"Authorization": f"Bearer {key}"}
                if is_good:
                    async with server.connect("/tts", additional_headers=headers) as socket:
                        assert sound(await turn(socket, CREATE, transcript("One. "), FLUSH))
                else:
                    with pytest.raises(websockets.InvalidStatus):
                        async with server.connect("/tts", additional_headers=headers):
                            pass

    run(main)


WRONG: list[dict[str, Any]] = [
    {**CREATE, "sample_rate": "12"},
    {**CREATE, "encoding": "mp3"},
    {"type": "input_transcript"},
    transcript("One.", voice="a" * 1000),
]


def messages() -> st.SearchStrategy[Sent]:
    texts = st.builds(
        lambda text, config: transcript(text, **config),
        fuzzing.texts,
        st.sampled_from([{}, {"voice": "bert"}, {"model": "cartesia/x"}, {"language": "de"}]),
    )
    created = st.sampled_from([CREATE, {**CREATE, "model": "cartesia/x", "extra": {"add_timestamps": True}}])
    return st.one_of(
        texts,
        st.just(FLUSH),
        texts,
        created,
        st.sampled_from(WRONG),
        fuzzing.garbage,
        st.just(fuzzing.HANG_UP),
    )


def play(steps: list[Sent]) -> None:
    """Send steps and a last turn: each turn is done once, and only what is wrong is an error."""
    asked = [step for step in steps if isinstance(step, dict) and step not in WRONG]
    turns = asked.count(FLUSH) + 2

    def check(received: Received) -> None:
        created = [step for step in asked if step["type"] == "session.create"]
        assert len(received.of("session.created")) == len(created)
        assert len(received.of("error")) == len(steps) - len(asked)
        kinds = [each["type"] for each in received.json]
        before = [at for at, kind in enumerate(kinds) if kind == "done"][-2]
        last = Received(received.messages[before:])
        assert sound(last) == pcm_of("The end.")

    fuzzing.play(
        "/tts",
        [*steps, FLUSH, transcript("The end.")],
        FLUSH,
        check,
        until=lambda received: len(received.of("done")) == turns,
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(messages(), max_size=14))
def test_whatever_is_sent_each_turn_is_done_once_and_only_what_is_wrong_is_an_error(
    steps: list[Sent],
) -> None:
    play(steps)


def test_a_flood_of_messages_is_answered_and_delays_nobody() -> None:
    play([CREATE, "[", *WRONG, transcript("")] * 300)
