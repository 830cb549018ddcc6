"""`multi-stream-input`, with messages as LiveKit's and Pipecat's services write them."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import Received, converse, run, served

PATH = "/v1/text-to-speech/hpp4J3VqNfWAUOO0d1Us/multi-stream-input?output_format=pcm_24000"
AUTO = PATH + "&auto_mode=true"


def begin(context: str = "c", **more: Any) -> dict[str, Any]:
    return {"text": " ", "voice_settings": {}, "context_id": context, **more}


def text(words: str, context: str = "c", **more: Any) -> dict[str, Any]:
    return {"text": words, "context_id": context, **more}


def livekit_end(context: str = "c") -> list[dict[str, Any]]:
    return [text("", context, flush=True), close(context)]


def pipecat_end(context: str = "c") -> list[dict[str, Any]]:
    return [{"context_id": context, "flush": True}, close(context)]


def close(context: str = "c") -> dict[str, Any]:
    return {"context_id": context, "close_context": True}


async def send(socket: Any, *messages: dict[str, Any]) -> None:
    for message in messages:
        await socket.send(json.dumps(message))


async def until_final(socket: Any, received: Received, context: str = "c") -> Received:
    """Listen to the end of a context."""
    while True:
        received.messages.append(await socket.recv())
        last = received.json[-1]
        if last.get("isFinal") and last["contextId"] == context:
            return received


async def said(socket: Any, *messages: dict[str, Any], context: str = "c") -> Received:
    await send(socket, *messages)
    return await until_final(socket, Received(), context)


def sound(received: Received, context: str = "c") -> bytes:
    mine = (each for each in received.json if each.get("contextId") == each.get("context_id") == context)
    return b"".join(base64.b64decode(each["audio"]) for each in mine if each.get("audio"))


@pytest.mark.parametrize("path", [AUTO, "/elevenlabs" + AUTO])
def test_livekit_s_sentences_are_spoken_to_the_end(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.connect(path) as socket:
            sentences = (text("One two. ", flush=True), text("Three. ", flush=True))
            received = await said(socket, begin(), *sentences, *livekit_end())
            assert sound(received) == pcm_of("One two.") + pcm_of("Three.")
            assert received.json[-1]["audio"] is None

    run(main)


def test_pipecat_s_sentences_are_parted() -> None:
    async def main() -> None:
        async with served() as server, server.connect(AUTO) as socket:
            keep_alive = {"text": "", "context_id": "c"}
            received = await said(
                socket, {"text": ""}, begin(), text("One and"), keep_alive, text("two."), *pipecat_end()
            )
            assert sound(received) == pcm_of("One and") + pcm_of("two.")

    run(main)


def test_without_auto_mode_tokens_are_joined_as_they_came() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            tokens = (text(each) for each in ("One t", "wo.", " Three", "."))
            received = await said(socket, begin(), *tokens, *pipecat_end())
            assert sound(received) == pcm_of("One two.") + pcm_of("Three.")

    run(main)


@pytest.mark.parametrize("is_flushed", [False, True])
def test_a_close_without_a_flush_stops_at_once_and_says_that_the_context_is_over(is_flushed: bool) -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.03)) as server, server.connect(AUTO) as socket:
            await send(socket, begin(), text("One. Two. Three.", flush=is_flushed))
            received = Received([await socket.recv()])
            await send(socket, close())
            await until_final(socket, received)
            assert len(sound(received)) < len(pcm_of("One.") + pcm_of("Two.") + pcm_of("Three."))
            assert sound(
                await said(socket, text("Four.", "d"), *livekit_end("d"), context="d"), "d"
            ) == pcm_of("Four.")
            assert server.service.open_speeches == 0

    run(main)


def test_a_second_close_stops_a_context_that_was_to_be_spoken_to_its_end() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=5)) as server, server.connect(AUTO) as socket:
            await send(socket, begin(), text("One."), *pipecat_end())
            while not server.pool.rendered:
                await asyncio.sleep(0.01)
            received = await said(socket, close())
            assert not sound(received)

    run(main)


def test_contexts_are_spoken_beside_each_other_and_one_is_stopped_alone() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.03)) as server, server.connect(AUTO) as socket:
            await send(socket, text("One. Two. Three.", "a"), text("Four.", "b"))
            received = Received([await socket.recv()])
            await send(socket, close("a"), *pipecat_end("b"))
            await until_final(socket, received, "b")
            assert sound(received, "b") == pcm_of("Four.")

    run(main)


def test_a_context_without_text_has_an_end_and_an_unknown_one_no_answer() -> None:
    async def main() -> None:
        async with served() as server, server.connect(AUTO) as socket:
            received = await said(socket, close("never"), begin(), *livekit_end())
            assert len(received.messages) == 1

    run(main)


def test_messages_without_a_name_are_of_one_context() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            ends = ({"flush": True}, {"close_context": True})
            received = await said(socket, {"text": "One. "}, *ends, context="default")
            assert sound(received, "default") == pcm_of("One.")

    run(main)


def test_a_closed_name_may_be_used_again_and_is_heard_afterwards() -> None:
    async def main() -> None:
        async with served() as server, server.connect(AUTO) as socket:
            await send(socket, text("One."), *livekit_end(), text("Two."), *livekit_end())
            received = await until_final(socket, await until_final(socket, Received()))
            assert sound(received) == pcm_of("One.") + pcm_of("Two.")

    run(main)


def test_closing_the_socket_speaks_all_contexts_first() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            messages = (text("One", "a"), begin("b"), {"close_socket": True}, text("Late.", "z"))
            received = await converse(socket, *messages)
            assert sound(received, "a") == pcm_of("One")
            finals = {each["contextId"] for each in received.json if each.get("isFinal")}
            assert (finals, received.close_code) == ({"a", "b"}, 1000)

    run(main)


def test_an_idle_connection_is_closed_without_an_error() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH + "&inactivity_timeout=1") as socket:
            received = await converse(socket)
            assert (received.messages, received.close_code) == ([], 1000)

    run(main)


def test_a_context_that_gets_no_message_is_complete() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH + "&inactivity_timeout=1") as socket:
            received = await said(socket, begin("empty"), text("One and"))
            assert sound(received) == pcm_of("One and")

    run(main)


def test_times_count_from_the_context_s_start_where_they_are_to_be_in_sync() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, marks=True)
        async with served(pool) as server, server.connect(AUTO + "&sync_alignment=true") as socket:
            received = await said(socket, text("One two. "), text("Three. "), *livekit_end())
            runs = [each["normalizedAlignment"] for each in received.json if each.get("alignment")]
            assert ["".join(each["chars"]) for each in runs] == ["One two. ", "Three. "]
            assert runs[1]["charStartTimesMs"][0] == len(pcm_of("One two.")) / 48

    run(main)


@pytest.mark.parametrize(
    ("wrong", "context", "sentence"),
    [
        ("{", None, "a message must be one JSON object"),
        ({"text": 3, "context_id": "x"}, None, "text must be a text"),
        (text("One.", "x", voice_settings={"speed": 0}), None, "voice_settings.speed must be"),
        (text("One.", "x", voice_settings={"speed": 3.9}), "x", "option speed must be a number"),
    ],
)
def test_what_is_wrong_is_an_error_and_other_contexts_go_on(
    wrong: Any, context: str | None, sentence: str
) -> None:
    async def main() -> None:
        async with served() as server, server.connect(AUTO) as socket:
            await send(socket, text("One."))
            await socket.send(wrong if isinstance(wrong, str) else json.dumps(wrong))
            received = await said(socket, *livekit_end())
            (error,) = (each for each in received.json if "error" in each)
            assert error["message"].startswith(sentence)
            assert error.get("contextId") == context
            wanted = [each for each in received.json if each.get("contextId") == "c" and each.get("audio")]
            assert b"".join(base64.b64decode(each["audio"]) for each in wanted) == pcm_of("One.")

    run(main)


def test_no_more_contexts_than_the_limit() -> None:
    async def main() -> None:
        async with served(config=config_of("one", open_turns=2)) as server, server.connect(AUTO) as socket:
            await send(socket, *(begin(each) for each in "abc"))
            error = json.loads(await socket.recv())
            assert (error["error"], error["contextId"]) == ("too_many_turns", "c")

    run(main)
