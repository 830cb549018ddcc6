"""`/tts/websocket`, with messages as Cartesia's SDK, LiveKit and Pipecat write them."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.dialects import fuzzing
from tests.endpoints.dialects.fuzzing import Sent
from tests.endpoints.serving import Received, listen, run, served

PATH = "/tts/websocket?api_key=any&cartesia_version=2025-04-16"
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000}


def text(transcript: str, context: str = "c", *, last: bool = False, **more: Any) -> dict[str, Any]:
    voice = {"mode": "id", "id": "f786b574-daa5-4673-aa0c-cbe3e8534c02"}
    fields = {"model_id": "sonic-3", "transcript": transcript, "voice": voice, "language": "en"}
    return {**fields, "output_format": RAW, "context_id": context, "continue": not last, **more}


async def said(socket: Any, *messages: dict[str, Any]) -> Received:
    """Send messages, and listen to the end of a context."""
    for message in messages:
        await socket.send(json.dumps(message))
    return await listen(socket, until="done")


def sound(received: Received, context: str = "c") -> bytes:
    chunks = (each for each in received.of("chunk") if each["context_id"] == context)
    return b"".join(base64.b64decode(each["data"]) for each in chunks)


@pytest.mark.parametrize("path", [PATH, "/cartesia" + PATH])
def test_texts_of_a_context_are_one_stream(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.connect(path) as socket:
            received = await said(socket, text("One t"), text("wo. Three."), text("", last=True))
            assert sound(received) == pcm_of("One two.") + pcm_of("Three.")
            assert [each["type"] for each in received.json][-1] == "done"
            assert not received.of("flush_done")

    run(main)


def test_without_a_delay_each_text_is_complete_and_parted_from_the_next() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            texts = (text(each, max_buffer_delay_ms=0) for each in ("One and", "And two", "three. "))
            received = await said(socket, *texts, text(" ", last=True, max_buffer_delay_ms=0))
            assert [each.text for each in server.pool.rendered] == ["One and", "And two", "three."]
            assert sound(received) == b"".join(map(pcm_of, ("One and", "And two", "three.")))
            assert [each["flush_id"] for each in received.of("flush_done")] == [1, 2, 3]
            assert next(each["flush_id"] for each in received.of("chunk")) == 1

    run(main)


def test_a_flush_speaks_what_came_and_is_answered_with_its_number() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            for message in (text("One and"), text("", flush=True)):
                await socket.send(json.dumps(message))
            received = await listen(socket, until="flush_done")
            assert (received.json[-1]["flush_id"], sound(received)) == (1, pcm_of("One and"))

    run(main)


def test_contexts_are_spoken_beside_each_other_and_one_is_cancelled_alone() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.03)) as server, server.connect(PATH) as socket:
            for message in (text("One. Two. Three.", "a"), text("Four.", "b", last=True)):
                await socket.send(json.dumps(message))
            received = Received()
            while not received.of("chunk"):
                received.messages.append(await socket.recv())
            await socket.send('{"context_id":"a","cancel":true}')
            while not [each for each in received.of("done") if each["context_id"] == "b"]:
                received.messages.append(await socket.recv())
            assert sound(received, "b") == pcm_of("Four.")
            assert len(sound(received, "a")) < len(pcm_of("One.") + pcm_of("Two.") + pcm_of("Three."))
            await socket.send('{"context_id":"never","cancel":true}')
            assert sound(await said(socket, text("Five.", "d", last=True)), "d") == pcm_of("Five.")

    run(main)


def test_a_context_whose_text_is_complete_can_still_be_cancelled() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=5)) as server, server.connect(PATH) as socket:
            await socket.send(json.dumps(text("One.", last=True)))
            while not server.pool.rendered:
                await asyncio.sleep(0.01)
            await socket.send('{"context_id":"c","cancel":true}')
            while server.service.open_speeches:
                await asyncio.sleep(0.01)

    run(main)


def test_of_a_cancelled_context_nothing_is_sent_any_more() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.03)) as server, server.connect(PATH) as socket:
            await socket.send(json.dumps(text("One. Two. Three.", "a", add_timestamps=True)))
            while b'"chunk"' not in (await socket.recv(decode=False)):
                pass
            await socket.send('{"context_id":"a","cancel":true}')
            await socket.send('{"context_id":"b"}')
            await listen(socket, until="error")
            received = await said(socket, text("Five.", "d", last=True))
            assert {each["context_id"] for each in received.json} == {"d"}
            assert server.service.open_speeches == 0

    run(main)


def test_an_error_says_its_context_and_ends_it() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.03)) as server, server.connect(PATH) as socket:
            await socket.send(json.dumps(text("One. Two. Three.")))
            await socket.send(json.dumps(text("Four.", speed="very")))
            received = await listen(socket, until="error")
            assert received.json[-1]["context_id"] == "c"
            received = await said(socket, text("Five.", last=True))
            assert sound(received) == pcm_of("Five.")

    run(main)


def test_a_voice_may_be_null() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            received = await said(socket, text("One.", last=True, voice={"mode": "id", "id": None}))
            assert sound(received) == pcm_of("One.")

    run(main)


def test_word_and_phoneme_times_count_from_the_context_s_start() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(marks=True)) as server, server.connect(PATH) as socket:
            asked = text("One two. ", add_timestamps=True, add_phoneme_timestamps=True)
            received = await said(socket, asked, text("Three.", last=True))
            times = [each["word_timestamps"] for each in received.of("timestamps")]
            assert [word for each in times for word in each["words"]] == ["One", "two.", "Three."]
            assert times[1]["start"][0] >= len(pcm_of("One two.")) / 48_000 - 0.001
            assert received.of("phoneme_timestamps")

    run(main)


@pytest.mark.parametrize(
    ("wrong", "context", "sentence"),
    [
        ("{", "", "a message must be one JSON object"),
        ({"transcript": "One."}, "", "a message must have a context_id"),
        ({"transcript": "One.", "context_id": 1}, "", "context_id must be"),
        ({"context_id": "x"}, "x", "a message must have a transcript, or cancel: true"),
        (text("One.", "x", max_buffer_delay_ms=9000), "x", "max_buffer_delay_ms must be"),
        (
            text("One.", "x", output_format={"sample_rate": 1}),
            "x",
            "output_format.sample_rate must be one of",
        ),
        (text("One.", "x", locale="en"), "x", "a request may have language or locale, not both"),
    ],
)
def test_what_is_wrong_is_an_error_with_a_context_id_and_the_connection_stays(
    wrong: Any, context: str, sentence: str
) -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            await socket.send(wrong if isinstance(wrong, str) else json.dumps(wrong))
            (error,) = (await listen(socket, until="error")).of("error")
            assert error["message"].startswith(sentence)
            assert (error["context_id"], error["status_code"]) == (context, 400)
            assert sound(await said(socket, text("One.", last=True))) == pcm_of("One.")

    run(main)


NAMES = ("a", "b", "")
WRONG: list[dict[str, Any]] = [
    text("One.", "a", max_buffer_delay_ms=-1),
    {"context_id": "a"},
    {"context_id": 3, "transcript": "One."},
]


def messages() -> st.SearchStrategy[Sent]:
    texts = st.builds(
        lambda transcript, name, is_last, flush, delay_ms: text(
            transcript,
            name,
            last=is_last,
            flush=flush,
            max_buffer_delay_ms=delay_ms,
            add_timestamps=True,
            add_phoneme_timestamps=flush,
        ),
        fuzzing.texts,
        st.sampled_from(NAMES),
        st.booleans(),
        st.booleans(),
        st.sampled_from([0, 5, None]),
    )
    cancels = st.sampled_from(NAMES).map(lambda name: {"context_id": name, "cancel": True})
    return st.one_of(
        texts, texts, texts, cancels, st.sampled_from(WRONG), fuzzing.garbage, st.just(fuzzing.HANG_UP)
    )


def is_done(received: Received) -> bool:
    """Whether all of the last context has come."""
    last = received.messages[-1] if received.messages else ""
    return (
        '"done"' in str(last)
        and (message := json.loads(last))["type"] == "done"
        and (message["context_id"] == "last")
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(messages(), max_size=14))
def test_whatever_is_sent_each_message_has_its_context_and_only_what_is_wrong_is_an_error(
    steps: list[Sent],
) -> None:
    def check(received: Received) -> None:
        asked = [step for step in steps if isinstance(step, dict) and step not in WRONG]
        kinds = {"chunk", "timestamps", "phoneme_timestamps", "flush_done", "done", "error"}
        for each in received.json:
            assert each["type"] in kinds
            assert each["context_id"] in (*NAMES, "last")
            assert each["done"] is (each["type"] in ("done", "error"))
        assert len(received.of("error")) == len(steps) - len(asked)
        ends = [step for step in asked if "cancel" not in step and not step["continue"]]
        assert len(received.of("done")) <= len(ends) + 1
        assert sound(received, "last") == pcm_of("The end.")

    fuzzing.play(PATH, steps, text("The end.", "last", last=True), check, until=is_done)


def test_a_flood_of_messages_is_answered_and_delays_nobody() -> None:
    steps: list[Sent] = [text("Hm. ", "a"), {"context_id": "a", "cancel": True}, "[", *WRONG] * 300

    def check(received: Received) -> None:
        assert len(received.of("error")) == 300 * (1 + len(WRONG))
        assert sound(received, "last") == pcm_of("The end.")

    fuzzing.play(PATH, steps, text("The end.", "last", last=True), check, until=is_done)
