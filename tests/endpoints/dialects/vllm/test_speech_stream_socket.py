"""vLLM-Omni's speech socket, with messages as its example client writes them."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import wave
from typing import Any

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.dialects import fuzzing
from tests.endpoints.dialects.fuzzing import Sent
from tests.endpoints.serving import Received, Served, converse, listen, run, served

PATH = "/v1/audio/speech/stream"
DONE = {"type": "input.done"}
CLOSE = {"type": "session.close"}


def config(**fields: Any) -> dict[str, Any]:
    return {"type": "session.config", **fields}


def text(written: str) -> dict[str, str]:
    return {"type": "input.text", "text": written}


async def said(server: Served, *messages: dict[str, Any], path: str = PATH) -> Received:
    async with server.connect(path) as socket:
        return await converse(socket, *messages, CLOSE)


async def to_done(socket: Any, *messages: dict[str, Any]) -> Received:
    for message in messages:
        await socket.send(json.dumps(message))
    return await listen(socket, until="session.done")


def kinds(received: Received) -> list[str]:
    return ["sound" if isinstance(each, bytes) else json.loads(each)["type"] for each in received.messages]


@pytest.mark.parametrize("path", [PATH, "/vllm" + PATH])
def test_an_utterance_is_one_file(path: str) -> None:
    async def main() -> None:
        async with served() as server, server.connect(path) as socket:
            received = await to_done(socket, config(), text("One two. "), text("Three."), DONE)
            assert kinds(received) == ["audio.start", "sound", "audio.done", "session.done"]
            start, done, session = received.json
            assert (start["sentence_text"], start["format"]) == ("One two. Three.", "wav")
            assert (done["total_bytes"], done["error"]) == (len(received.audio), False)
            assert session["total_sentences"] == 1
            with wave.open(io.BytesIO(received.audio)) as file:
                assert file.readframes(file.getnframes()) == pcm_of("One two.") + pcm_of("Three.")

    run(main)


@pytest.mark.parametrize("form", ["wav", "mp3", "flac", "opus", "aac", "pcm"])
def test_each_sentence_is_a_file_of_its_own(form: str) -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            asked = config(response_format=form, split_granularity="sentence")
            received = await to_done(socket, asked, text("One two. Three."), DONE)
            assert kinds(received) == [*["audio.start", "sound", "audio.done"] * 2, "session.done"]
            assert [each["sentence_text"] for each in received.of("audio.start")] == ["One two.", "Three."]
            assert [each["sentence_index"] for each in received.of("audio.done")] == [0, 1]
            for sound, sentence in zip(
                (each for each in received.messages if isinstance(each, bytes)),
                ("One two.", "Three."),
                strict=True,
            ):
                wanted_s = len(pcm_of(sentence)) / 48_000
                if form == "pcm":
                    assert sound == pcm_of(sentence)
                    continue
                with av.open(io.BytesIO(sound), "r") as container:
                    seconds = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
                assert wanted_s - 0.01 <= seconds <= wanted_s + 0.13

    run(main)


def test_sound_is_streamed_while_the_text_comes() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            asked = config(response_format="pcm", stream_audio=True, split_granularity="sentence")
            for message in (asked, text("One two. Thr")):
                await socket.send(json.dumps(message))
            received = await listen(socket, until="audio.done")
            assert received.audio == pcm_of("One two.")
            assert received.of("audio.start")[0]["sample_rate"] == 24_000
            received = await to_done(socket, text("ee."), DONE)
            assert received.audio == pcm_of("Three.")

    run(main)


def test_the_next_utterance_goes_on_with_the_same_configuration_or_another() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            asked = config(response_format="pcm", voice="bert")
            await to_done(socket, asked, text("One."), DONE)
            second = await to_done(socket, text("Two."), DONE)
            assert second.of("session.done")[0]["utterance_index"] == 1
            await to_done(socket, config(speaker="Vivian", language="English"), text("Three."), DONE)
            assert [each.voice for each in server.pool.rendered] == ["bert", "bert", "alba"]

    run(main)


def test_an_empty_utterance_is_done_too() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            received = await to_done(socket, config(), DONE)
            assert (kinds(received), received.json[0]["total_sentences"]) == (["session.done"], 0)

    run(main)


def test_an_utterance_without_text_is_no_head_of_a_file() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            received = await to_done(socket, config(stream_audio=True), DONE)
            assert kinds(received) == ["session.done"]

    run(main)


def test_word_times_count_from_the_sentence_s_start() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(marks=True)) as server, server.connect(PATH) as socket:
            asked = config(
                response_format="pcm", stream_audio=True, split_granularity="sentence", word_timestamps=True
            )
            received = await to_done(socket, asked, text("One two. Three."), DONE)
            assert received.audio == b""
            chunks = received.of("audio.chunk")
            sound = b"".join(base64.b64decode(each["audio_b64"]) for each in chunks)
            assert sound == pcm_of("One two.") + pcm_of("Three.")
            first, second = (each["timestamps"] for each in chunks if each["timestamps"] is not None)
            assert [word["word"] for word in first + second] == ["One", "two.", "Three."]
            assert first[0]["start_ms"] == second[0]["start_ms"] == 0

    run(main)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (config(response_format="ogg"), "response_format must be one of"),
        (config(ref_audio="data:audio/wav;base64,AA"), "ref_audio is not taken"),
        (config(word_timestamps=True), "word_timestamps needs stream_audio"),
        (config(speed=9), "speed must be"),
        ({"type": "sing"}, "type must be one of"),
        (text(3), "text must be"),  # type: ignore[arg-type]
    ],
)
def test_what_is_wrong_is_said_and_the_connection_stays(wrong: dict[str, Any], sentence: str) -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            await to_done(socket, config(), DONE)
            await socket.send(json.dumps(wrong))
            (error,) = (await listen(socket, until="error")).of("error")
            assert error["message"].startswith(sentence)
            assert (await to_done(socket, text("One."), DONE)).audio

    run(main)


def test_without_a_configuration_nothing_is_taken() -> None:
    async def main() -> None:
        async with served() as server:
            received = await said(server, text("One."))
            assert received.of("error")[0]["message"] == "the first message must be a session.config"
            assert received.close_code == 1008

    run(main)


def test_a_configuration_waits_for_the_end_of_the_utterance() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            for message in (config(), text("One."), config()):
                await socket.send(json.dumps(message))
            (error,) = (await listen(socket, until="error")).of("error")
            assert "send input.done first" in error["message"]

    run(main)


def test_a_client_that_closes_frees_its_worker() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=5)) as server:
            await said(server, config(), text("One. Two"))
            await asyncio.sleep(0.05)
            assert server.service.open_speeches == 0

    run(main)


WRONG: list[dict[str, Any]] = [
    config(word_timestamps=True),
    config(ref_audio="data:"),
    config(response_format="midi"),
    config(speed=9),
    {"type": "input.text", "text": 3},
]


def messages() -> st.SearchStrategy[Sent]:
    configs = st.builds(
        config,
        stream_audio=st.booleans(),
        response_format=st.sampled_from(["wav", "pcm"]),
        split_granularity=st.sampled_from(["none", "sentence", "clause"]),
    )
    timed = st.just(config(stream_audio=True, response_format="pcm", word_timestamps=True))
    texts = fuzzing.texts.map(text)
    return st.one_of(
        texts,
        st.just(DONE),
        texts,
        st.one_of(configs, timed),
        st.sampled_from(WRONG),
        fuzzing.garbage,
        st.just(fuzzing.HANG_UP),
    )


def check_order(received: Received) -> None:
    """Each unit is begun, sent and done, with as many bytes as it says; utterances are counted."""
    utterance = unit = n_bytes = 0
    is_open = False
    for message in received.messages:
        if isinstance(message, bytes):
            assert is_open
            n_bytes += len(message)
            continue
        fields = json.loads(message)
        match fields["type"]:
            case "audio.start":
                assert not is_open
                assert (fields["utterance_index"], fields["sentence_index"]) == (utterance, unit)
                is_open, n_bytes = True, 0
            case "audio.chunk":
                n_bytes += len(base64.b64decode(fields["audio_b64"]))
            case "audio.done":
                assert is_open
                assert (fields["total_bytes"], fields["error"]) == (n_bytes, False)
                is_open, unit = False, unit + 1
            case "session.done":
                assert not is_open
                assert (fields["utterance_index"], fields["total_sentences"]) == (utterance, unit)
                utterance, unit = utterance + 1, 0


@settings(max_examples=30, deadline=None)
@given(st.lists(messages(), max_size=14))
def test_whatever_is_sent_each_unit_is_begun_sent_and_done_and_only_what_is_wrong_is_an_error(
    steps: list[Sent],
) -> None:
    waits = False
    refused = 0
    for step in steps:
        if not isinstance(step, dict) or step in WRONG:
            refused += 1
        elif step["type"] == "session.config":
            refused += waits
        else:
            waits = step["type"] == "input.text"
    utterances = steps.count(DONE) + 2

    def check(received: Received) -> None:
        check_order(received)
        assert len(received.of("error")) == refused
        assert received.audio.endswith(pcm_of("The end."))

    steps = [config(), *steps, DONE, config(response_format="pcm"), text("The end.")]
    fuzzing.play(
        PATH, steps, DONE, check, until=lambda received: len(received.of("session.done")) == utterances
    )


def test_a_flood_of_messages_is_answered_and_delays_nobody() -> None:
    wrong: list[Sent] = ["[", *WRONG, text("")]
    steps: list[Sent] = [config(), *wrong * 300]

    def check(received: Received) -> None:
        assert len(received.of("error")) == 300 * (1 + len(WRONG))

    fuzzing.play(PATH, steps, CLOSE, check)
