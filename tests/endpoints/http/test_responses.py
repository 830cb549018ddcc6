"""Answers that speak: early, complete, stopped when nobody listens any more."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from starlette.types import Message

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import Served, run, served
from voice_server.core.types import SpeechWarning, Voice
from voice_server.endpoints.http.responses import HttpReply, warning_headers
from voice_server.errors import BackendDown
from voice_server.speech.utterance_runner import UtteranceRunner

TWO = "One is here. Two is here."


async def streaming_client(server: Served, text: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A raw connection that has asked for PCM."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    body = f'{{"text":"{text}","format":"pcm"}}'.encode()
    head = f"POST /tts/stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    return reader, writer


def test_the_first_byte_leaves_with_the_first_frame() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.0)
        async with served(pool) as server, server.client() as client:
            async with client.stream("POST", "/tts/stream", json={"text": TWO, "format": "pcm"}) as answer:
                pool.frame_s = 30.0  # whatever comes after this moment will not come
                first = await anext(answer.aiter_bytes())
            assert first
            assert (pcm_of("One is here.") + pcm_of("Two is here.")).startswith(first[:100])

    run(main)


def test_a_client_that_hangs_up_stops_its_render() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=30.0)
        async with served(pool) as server:
            _, writer = await streaming_client(server, "Hello world.")
            while not pool.running.total():
                await asyncio.sleep(0.001)
            writer.transport.abort()
            while pool.running.total():
                await asyncio.sleep(0.001)
            assert pool.stopped == ["Hello world."]
            assert server.service.open_speeches == 0

    run(main)


def test_a_client_that_hangs_up_in_the_middle_stops_what_it_had_not_heard() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.01)
        async with served(pool) as server:
            reader, writer = await streaming_client(server, "One is here. " * 500)
            assert await reader.readuntil(b"\r\n\r\n")
            assert await reader.read(100)
            writer.transport.abort()
            while server.service.open_speeches:
                await asyncio.sleep(0.001)
            rendered = len(pool.rendered)
            async with server.client() as client:
                await client.get("/health")
            assert len(pool.rendered) == rendered < 500

    run(main)


def test_what_goes_wrong_before_the_first_sound_has_a_status() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, failing={"One is here.": 0})
        async with served(pool) as server, server.client() as client:
            for path in ("/tts/stream", "/tts", "/tts/", "/synthesize-file"):
                answer = await client.post(path, json={"text": "One is here."})
                assert (answer.status_code, answer.json()["code"]) == (422, "render_failed")
                answer = await client.post(path, json={"text": "*** ---"})
                assert (answer.status_code, answer.json()["code"]) == (400, "nothing_to_speak")

    run(main)


def test_a_backend_that_is_down_says_when_to_come_back() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(down={"one"})) as server, server.client() as client:
            answer = await client.post("/tts", json={"text": "Hello."})
            assert (answer.status_code, answer.json()["code"]) == (503, BackendDown.code)
            assert int(answer.headers["Retry-After"]) > 0

    run(main)


def test_a_sentence_that_fails_is_left_out_and_a_whole_file_says_so() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, failing={"One is here.": 0})
        async with served(pool) as server, server.client() as client:
            whole = await client.post("/tts", json={"text": TWO, "format": "pcm"})
            stream = await client.post("/tts/stream", json={"text": TWO, "format": "pcm"})
        assert whole.content == stream.content == pcm_of("Two is here.")
        assert whole.headers["X-Failed-Sentences"] == "1"
        assert "sentence 0 is missing" in whole.headers["X-Warning"]

    run(main)


def test_what_was_decided_otherwise_than_asked_is_told() -> None:
    async def main() -> None:
        pool = ArithmeticPool(
            frame_s=0, notices={"Hello.": SpeechWarning("sentence_retried", "again\r\nX-Evil: 1")}
        )
        async with served(pool) as server, server.client() as client:
            answer = await client.post("/tts", json={"text": "Hello.", "voice": "alloy"})
        received = answer.headers["X-Warning"]
        assert "voice_substituted: one has no voice alloy" in received
        assert "sentence_retried: again  X-Evil: 1" in received
        assert "X-Evil" not in answer.headers
        told = json.loads(answer.headers["X-Warnings"])
        assert [each["code"] for each in told] == ["voice_substituted", "sentence_retried"]
        assert told[1]["message"] == "again\r\nX-Evil: 1"

    run(main)


def test_warnings_in_headers_keep_what_parts_lists_and_are_no_longer_than_clients_read() -> None:
    warnings = [SpeechWarning("a", "“one”; two, three"), *[SpeechWarning("b", "x" * 1500)] * 3]
    headers = warning_headers(warnings)
    told = json.loads(headers["X-Warnings"])
    assert [each["code"] for each in told] == ["a", "b", "b"]
    assert told[0]["message"] == "“one”; two, three"
    assert headers["X-Warnings"].isascii()
    assert headers["X-Warning"].startswith("a: “one”; two, three; b: xxx")
    assert warning_headers([]) == {}


@pytest.mark.parametrize("route", ["/tts", "/tts/stream", "/v1/audio/speech"])
@pytest.mark.parametrize(("script", "code"), [("switch", "script_switched"), ("keep", "script_unread")])
def test_a_script_that_the_voice_cannot_read_is_told_before_the_sound(
    route: str, script: str, code: str
) -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, more_voices=(Voice("mei", "Mei", "zh-CN", "female"),))
        async with served(pool) as server, server.client() as client:
            fields = {"text": "你好。", "input": "你好。", "script": script}
            answer = await client.post(route, json=fields)
        assert answer.headers["X-Warning"].startswith(f"{code}: alba cannot read Chinese script")
        assert [segment.voice for segment in pool.rendered] == ["mei" if script == "switch" else "alba"]

    run(main)


def test_a_server_that_goes_down_takes_no_new_text_and_finishes_the_old() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.005)
        async with served(pool) as server, server.client() as client:
            speaking = asyncio.create_task(client.post("/tts/stream", json={"text": TWO, "format": "pcm"}))
            while not pool.rendered:
                await asyncio.sleep(0)
            drain = asyncio.create_task(server.state.drain(10))
            await asyncio.sleep(0)
            refused = await client.post("/tts", json={"text": "Hello."})
            assert (refused.status_code, refused.json()["code"]) == (503, "busy")
            assert refused.headers["Retry-After"]
            await drain
            assert (await speaking).content == pcm_of("One is here.") + pcm_of("Two is here.")

    run(main)


def test_a_long_text_streams_whole_and_little_of_it_waits_at_a_time() -> None:
    async def main() -> None:
        sentences = [f"Sentence number {number} is here." for number in range(4000)]
        pool = ArithmeticPool(frame_s=0, frames=1)
        most = 0
        async with served(pool, config_of("one", buffered_chars=10_000)) as server, server.client() as client:
            body = {"text": " ".join(sentences), "format": "pcm"}
            length = 0
            async with client.stream("POST", "/tts/stream", json=body) as answer:
                async for piece in answer.aiter_bytes():
                    length += len(piece)
                    for utterance in server.service._runner._open:
                        most = max(most, utterance.buffered_chars)
        assert length == sum(len(pcm_of(segment.text)) for segment in pool.rendered)
        assert "".join(segment.text for segment in pool.rendered).replace(" ", "") == "".join(
            sentences
        ).replace(" ", "")
        assert 0 < most < 10_000

    run(main)


def test_many_requests_at_once_are_all_answered_and_none_twice() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.001)
        texts = [f"Number {number} is here." for number in range(32)]
        async with served(pool, config_of("one", workers=2)) as server, server.client() as client:
            answers = await asyncio.gather(
                *(client.post("/tts", json={"text": text, "format": "pcm"}) for text in texts)
            )
        assert [answer.content for answer in answers] == [pcm_of(text) for text in texts]
        assert pool.most_running == 2

    run(main)


@pytest.mark.parametrize("form", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_every_format_has_its_media_type_and_is_a_stream(form: str) -> None:
    types = {"mp3": "audio/mpeg", "opus": "audio/ogg"}

    async def main() -> None:
        async with served() as server, server.client() as client:
            answer = await client.post("/tts/stream", json={"text": TWO, "format": form})
        assert answer.headers["Content-Type"] == types.get(form, f"audio/{form}")
        assert answer.headers["Transfer-Encoding"] == "chunked"
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert answer.content

    run(main)


def test_an_empty_piece_does_not_end_the_body() -> None:
    async def main() -> None:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        reply = HttpReply(send)
        await reply.begin("audio/wav", {})
        await reply.body(b"")
        await reply.body(b"x")
        await reply.end()
        assert [message.get("body") for message in sent] == [None, b"x", b""]
        assert [message.get("more_body") for message in sent] == [None, True, False]

    run(main)


def test_a_stream_in_a_file_format_is_whole_to_its_end() -> None:
    async def main() -> None:
        async with served() as server, server.client() as client:
            answers: list[httpx.Response] = [
                await client.post(path, json={"text": TWO, "format": "flac"})
                for path in ("/tts", "/tts/stream")
            ]
        whole, stream = (answer.content for answer in answers)
        assert whole[-200:] == stream[-200:]  # the last frames, only the head differs

    run(main)


def test_a_request_waits_for_room_as_long_as_it_prefers_and_is_told_when_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = {"text": "One is here.", "format": "pcm"}

    async def main() -> None:
        async with served() as server, server.client() as client:
            with monkeypatch.context() as full:
                full.setattr(UtteranceRunner, "wait_for_room_s", lambda *_: 4.2)
                refused = await client.post("/tts/stream", json=request, headers={"Prefer": "wait=0"})
                assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
                assert refused.json()["code"] == "busy"
                waits = asyncio.create_task(client.post("/tts/stream", json=request))
                await client.post("/tts/stream", json=request, headers={"Prefer": "wait=0"})
                assert not server.pool.rendered
            assert (await waits).content == pcm_of("One is here.")

    run(main)
