"""`/stream-tokens` over a real socket: version 1 to the letter, version 2 message by message."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket as sockets
import struct
from collections.abc import Iterable
from typing import Any

import pytest

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import UPGRADE, Received, converse, listen, run, served
from voice_server.commands.benchmark.minimal_websocket import text_frame
from voice_server.core.types import SpeechWarning
from voice_server.endpoints.websocket import stream_connection, stream_turns, websocket_protocol
from voice_server.endpoints.websocket.server_messages import Message
from voice_server.endpoints.websocket.stream_sender import StreamSender
from voice_server.endpoints.websocket.websocket_protocol import PROTOCOL_EXTENSION
from voice_server.speech.utterance_runner import UtteranceRunner

HELLO = pcm_of("Hello world.")


def test_version_1_is_answered_to_the_letter() -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            received = await converse(
                socket,
                '{"voice": "alba", "opts": {"speed": 1.0}}',
                '{"token": "Hello "}',
                '{"token": "world. "}',
                '{"done": true}',
            )
        assert received.texts == [
            '{"type":"generating","sentence":"Hello world.","queue_depth":0}',
            '{"type":"done"}',
        ]
        assert received.audio == HELLO
        assert all(len(message) % 2 == 0 for message in received.messages if isinstance(message, bytes))
        assert isinstance(received.messages[-1], str)
        assert received.close_code == 1000

    run(main)


@pytest.mark.parametrize(
    "messages",
    [
        [{"token": "Hello world.", "done": True, "voice": "alba"}],
        [{"token": "Hello world."}, {"voice": "alba"}, {"done": True}],
        [{"done": True, "token": "Hello world.", "someday": "a new key", "voice": None}],
        [{}, *({"token": character} for character in "Hello world."), {"done": True}],
    ],
)
def test_version_1_keys_may_come_in_any_order_and_company(messages: list[dict[str, Any]]) -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            received = await converse(socket, *messages)
        assert [message["type"] for message in received.json] == ["generating", "done"]
        assert received.audio == HELLO

    run(main)


def test_without_a_configuration_the_default_voice_speaks() -> None:
    async def main() -> None:
        async with served() as server:
            async with server.connect() as socket:
                assert (await converse(socket, {"token": "Hello world."}, {"done": True})).audio == HELLO
            async with server.connect("/stream-tokens?voice=bert") as socket:
                await converse(socket, {"token": "Hello world."}, {"done": True})
            async with server.connect() as socket:
                assert (await converse(socket, {"done": True})).texts == ['{"type":"done"}']
        assert [segment.voice for segment in server.pool.rendered] == ["alba", "bert"]

    run(main)


def test_version_1_hears_of_a_failed_sentence_and_the_stream_goes_on() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0, failing={"One is here.": 0})
        async with served(pool) as server, server.connect() as socket:
            received = await converse(socket, {"token": "One is here. Two is here."}, {"done": True})
        assert received.of("error") == [
            {"type": "error", "msg": "the engine tripped", "code": "render_failed"}
        ]
        assert received.audio == pcm_of("Two is here.")
        assert received.close_code == 1000

    run(main)


@pytest.mark.parametrize(
    ("message", "code", "close_code"),
    [
        ("not json", "invalid_json", 1007),
        ("[1]", "invalid_message", 1008),
        ('{"token": 5}', "invalid_message", 1008),
        ('{"v": 2, "markup": "foo"}', "invalid_message", 1008),
        ('{"opts": {"speed": NaN}}', "invalid_json", 1007),
        ('{"opts": {"speed": 1' + "0" * 400 + "}}", "invalid_option", 1008),
        ('{"voice": "nobody"}', "unknown_voice", 1008),
        ('{"opts": {"speed": 50}}', "invalid_option", 1008),
        ('{"opts": {"sped": 1}}', "unknown_option", 1008),
        ('{"backend": "nine", "token": "Hello."}', "unknown_backend", 1008),
        ('{"v": 3}', "unknown_version", 1008),
        (b"\x00\x01", "wrong_kind", 1003),
    ],
)
def test_what_cannot_be_understood_gets_a_sentence_and_a_close_code(
    message: str | bytes, code: str, close_code: int
) -> None:
    async def main() -> None:
        async with served() as server:
            async with server.connect() as socket:
                received = await converse(socket, message)
            async with server.connect() as socket:
                assert (await converse(socket, {"token": "Hello world.", "done": True})).audio == HELLO
        assert [error["code"] for error in received.of("error")] == [code]
        assert "Traceback" not in received.texts[0]
        assert received.close_code == close_code

    run(main)


@pytest.mark.parametrize("first", [{"v": 2}, {"v": 2, "token": "Hello "}])
def test_half_a_character_is_joined_to_the_other_half_or_replaced_and_told(first: dict[str, Any]) -> None:
    async def main() -> None:
        texts = []
        for second in ('{"token": "\\udfb7 world.", "done": true}', '{"token": " world.", "done": true}'):
            async with served() as server, server.connect() as socket:
                received = await converse(socket, first, '{"token": "\\ud842"}', second)
                texts.append([segment.text for segment in server.pool.rendered])
            assert received.close_code == 1000
            assert not received.of("error")
        start = first.get("token", "")
        assert texts == [[f"{start}𠮷 world."], [f"{start}\ufffd world."]]
        assert [each["code"] for each in received.of("warning")] == ["lost_character"]

    run(main)


def test_version_2_is_told_of_keys_that_mean_nothing() -> None:
    async def main() -> None:
        messages = [
            {"text": "Hello."},
            {"token": "Hello world.", "x": 1},
            {"token": "", "x": 1},
            {"done": True},
        ]
        async with served() as server:
            async with server.connect("/stream-tokens?v=2") as socket:
                received = await converse(socket, *messages)
            async with server.connect() as socket:
                of_version_1 = await converse(socket, *messages)
        assert [each["code"] for each in received.of("warning")] == ["no_known_key", "unknown_key"]
        assert "here it is token" in received.of("warning")[0]["msg"]
        assert received.audio == of_version_1.audio == HELLO
        assert not of_version_1.of("warning")

    run(main)


def test_a_message_beyond_the_limit_closes_with_1009() -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            received = await converse(socket, {"token": "a" * 100_000})
        assert received.close_code == 1009

    run(main)


@pytest.mark.parametrize("length", [1, 200])
@pytest.mark.parametrize("path", ["/stream-tokens", "/stream?text=" + "Hello.%20" * 50])
def test_invalid_utf_8_closes_with_1007_and_is_a_line_at_info(
    path: str, length: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        with caplog.at_level("INFO"):
            async with served(ArithmeticPool(frame_s=0.01)) as server, server.connect(path) as socket:
                await socket.send(b'{"token": "' + b"\xff" * length + b'"}', text=True)
                assert (await listen(socket)).close_code == 1007
        [record] = [each for each in caplog.records if "no UTF-8" in each.message]
        assert (record.levelname, record.exc_info) == ("INFO", None)

    run(main)


def test_text_after_done_is_refused_and_what_came_before_is_spoken() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.01)
        async with served(pool) as server, server.connect() as socket:
            received = await converse(socket, {"token": "Hello world.", "done": True}, {"token": "Late."})
        assert [error["code"] for error in received.of("error")] == ["after_done"]
        assert received.audio == HELLO
        assert received.close_code == 1000

    run(main)


def test_too_much_text_is_refused_with_a_code_and_the_rest_is_spoken() -> None:
    async def main() -> None:
        config = config_of("one", buffered_chars=1000)
        async with served(config=config) as server, server.connect() as socket:
            received = await converse(
                socket, {"token": "a" * 2000}, {"token": "Hello world."}, {"done": True}
            )
        assert [error["code"] for error in received.of("error")] == ["text_overflow"]
        assert received.audio == HELLO

    run(main)


def test_text_beyond_what_all_clients_together_may_have_waiting_is_refused_and_changes_nothing() -> None:
    async def main() -> None:
        config = config_of("one", total_buffered_chars=1000)
        async with served(config=config) as server:
            async with server.connect() as greedy, server.connect() as other:
                for message in {"v": 2, "pause": True}, {"token": "All of this is a text. " * 40, "ping": 1}:
                    await greedy.send(json.dumps(message))
                while b"pong" not in (said := await greedy.recv(decode=False)):
                    assert said
                too_long = {"v": 2, "token": "a" * 200, "end": True, "turn": "x"}
                received = await converse(other, too_long, {"token": "Hello world."}, {"done": True})
            assert [error["code"] for error in received.of("error")] == ["text_overflow"]
            assert received.audio == HELLO
            assert {each.get("turn") for each in received.json} <= {None, "1"}

    run(main)


@pytest.mark.parametrize("together", [True, False])
def test_of_tokens_that_come_together_only_those_beyond_the_limit_are_refused(together: bool) -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=30.0)
        async with served(pool, config_of("one", workers=1, buffered_chars=1000)) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(UPGRADE)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(text_frame(v=2, token="This one is spoken. "))
            while not pool.rendered:
                await asyncio.sleep(0)
            for frame in [text_frame(token="a" * 99 + " ")] * 15:
                writer.write(frame)
                if not together:
                    await asyncio.sleep(0.01)
            writer.write(text_frame(cancel=True, done=True))
            said = await reader.read()
            writer.close()
        assert said.count(b'"code":"text_overflow"') == 5
        assert b'"characters":1020,' in said

    run(main)


def test_a_server_without_the_protocol_extension_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = ({"v": 2}, *({"token": character} for character in "Hello world."), {"done": True})

    async def main() -> None:
        received: list[list[str | bytes]] = []
        for extension in (PROTOCOL_EXTENSION, "none such"):
            monkeypatch.setattr(stream_connection, "PROTOCOL_EXTENSION", extension)
            async with served() as server, server.connect() as socket:
                received.append((await converse(socket, *messages)).messages)
        direct, indirect = ([each for each in one if isinstance(each, bytes)] for one in received)
        assert b"".join(direct) == b"".join(indirect) == HELLO
        direct, indirect = (
            [json.loads(each)["type"] for each in one if isinstance(each, str)] for one in received
        )
        assert direct == indirect

    run(main)


def test_a_client_that_hangs_up_stops_its_render() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=30.0)
        async with served(pool) as server:
            async with server.connect() as socket:
                await socket.send(json.dumps({"token": "This one will be cut off. And this."}))
                await listen(socket, until="generating")
                assert pool.running.total() == 1
                socket.transport.abort()
            while pool.running.total():
                await asyncio.sleep(0)
            assert pool.stopped == ["This one will be cut off."]
            assert server.service.open_speeches == 0

    run(main)


# ---------------------------------------------------------------------- version 2


def test_version_2_tells_everything_about_a_turn() -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            received = await converse(
                socket,
                {"v": 2, "voice": "alba", "turn": "t1", "token": "Hello *world*. Go on"},
                {"done": True},
            )
        kinds = [message["type"] for message in received.json]
        assert kinds[0] == "ready"
        assert kinds[-2:] == ["turn_done", "done"]
        ready = received.json[0]
        assert ready["sample_rate"] == 24_000
        assert (ready["voice"], ready["backend"], ready["encoding"]) == ("alba", "one", "pcm_s16le")
        assert ready["capabilities"]["options"][0]["name"] == "speed"
        first = received.of("sentence")[0]
        assert (first["turn"], first["index"], first["text"], first["spoken"], first["chars"]) == (
            "t1",
            0,
            "Hello *world*.",
            "Hello world.",
            [0, 14],
        )
        assert [message["index"] for message in received.of("sentence_end")] == [0, 1]
        assert received.of("sentence_end")[0]["audio_ms"] == 240
        done = received.of("turn_done")
        assert [(d["turn"], d["reason"], d["sentences"], d["characters"]) for d in done] == [
            ("t1", "complete", 2, len("Hello *world*. Go on"))
        ]
        assert received.audio == HELLO + pcm_of("Go on")
        assert received.close_code == 1000

    run(main)


def test_the_url_may_ask_for_version_2() -> None:
    async def main() -> None:
        async with served() as server, server.connect("/stream-tokens?v=2&voice=bert&lang=de") as socket:
            received = await converse(socket, {"token": "Hallo."}, {"done": True})
        assert received.json[0]["voice"] == "bert"

    run(main)


def test_turns_follow_one_another_on_one_connection() -> None:
    async def main() -> None:
        async with served(config=config_of("one", workers=2)) as server, server.connect() as socket:
            received = await converse(
                socket,
                {"v": 2, "token": "Hello world.", "turn": "a"},
                {"token": "Second turn.", "turn": "b"},
                {"end": True},
                {"token": "Third turn."},
                {"done": True},
            )
        assert [message["turn"] for message in received.of("turn_done")] == ["a", "b", "1"]
        order = [m for m in received.messages if isinstance(m, bytes) or '"turn_done"' in m]
        assert b"".join(m for m in order if isinstance(m, bytes)) == HELLO + pcm_of("Second turn.") + pcm_of(
            "Third turn."
        )

    run(main)


def test_a_barge_in_is_answered_at_once_and_nothing_of_the_turn_follows() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.02)
        async with served(pool) as server, server.connect() as socket:
            text = "This one is heard for a while. This one is never heard at all. "
            await socket.send(json.dumps({"v": 2, "token": text, "turn": "t"}))
            received = Received()
            async for message in socket:
                received.messages.append(message)
                if isinstance(message, bytes):
                    break
            await socket.send(json.dumps({"cancel": True, "turn": "t", "played_ms": 0}))
            await listen(socket, until="turn_done", received=received)
            cancelled = received.of("cancelled")[0]
            assert cancelled["heard"] + cancelled["unheard"] == text
            assert received.of("turn_done")[0]["reason"] == "cancelled"
            after = received.messages.index(
                next(m for m in received.messages if isinstance(m, str) and "cancelled" in m)
            )
            assert not any(isinstance(message, bytes) for message in received.messages[after:])
            rest = await converse(socket, {"token": "Hello world."}, {"done": True})
        assert rest.audio == HELLO

    run(main)


def test_a_new_turn_preempts_the_one_being_heard_when_asked_to() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.02)
        async with served(pool) as server, server.connect() as socket:
            await socket.send(
                json.dumps({"v": 2, "on_new_turn": "preempt", "token": "This is cut. ", "turn": "a"})
            )
            received = await listen(socket, until="sentence")
            await socket.send(json.dumps({"token": "Hello world.", "turn": "b"}))
            await socket.send(json.dumps({"done": True}))
            await listen(socket, received=received)
        assert [(d["turn"], d["reason"]) for d in received.of("turn_done")] == [
            ("a", "preempted"),
            ("b", "complete"),
        ]
        assert received.audio.endswith(HELLO)

    run(main)


def test_a_barge_in_with_nothing_to_stop_is_a_warning() -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            received = await converse(socket, {"v": 2}, {"cancel": True}, {"done": True})
        assert [warning["code"] for warning in received.of("warning")] == ["nothing_to_cancel"]

    run(main)


def test_pause_holds_the_audio_and_resume_lets_it_go() -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            await socket.send(json.dumps({"v": 2, "pause": True}))
            received = await listen(socket, until="paused")
            await socket.send(json.dumps({"token": "Hello world. ", "end": True}))
            await socket.send(json.dumps({"ping": 1}))
            await listen(socket, until="pong", received=received)
            assert received.audio == b""
            await socket.send(json.dumps({"resume": True}))
            await listen(socket, until="turn_done", received=received)
            assert received.audio == HELLO
            assert received.of("resumed")

    run(main)


def test_flush_speaks_what_is_there_and_is_answered_after_its_audio() -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            await socket.send(json.dumps({"v": 2, "token": "Hello world", "turn": "t"}))
            await socket.send(json.dumps({"flush": True, "id": 7}))
            received = await listen(socket, until="flushed")
            assert received.of("flushed") == [{"type": "flushed", "turn": "t", "id": 7}]
            assert received.audio == pcm_of("Hello world")

    run(main)


def test_a_wrong_configuration_in_version_2_keeps_the_one_before() -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            received = await converse(
                socket, {"v": 2, "voice": "bert"}, {"voice": "nobody"}, {"token": "Hallo."}, {"done": True}
            )
        errors = received.of("error")
        assert [(error["code"], error["fatal"]) for error in errors] == [("unknown_voice", False)]
        assert [segment.voice for segment in server.pool.rendered] == ["bert"]

    run(main)


def test_tagged_frames_carry_turn_index_and_sequence() -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            received = await converse(
                socket,
                {"v": 2, "format": {"frames": "tagged"}, "token": "Hello world. Go on now."},
                {"end": True},
                {"token": "Next.", "done": True},
            )
        frames = [message for message in received.messages if isinstance(message, bytes)]
        heads = [struct.unpack("<IIII", frame[:16]) for frame in frames]
        assert [head[0] for head in heads] == sorted(head[0] for head in heads)
        assert {head[:2] for head in heads} == {(0, 0), (0, 1), (1, 0)}
        first_turn = [head for head in heads if head[0] == 0]
        assert [head[2] for head in first_turn] == list(range(len(first_turn)))
        assert [head[:2] for head in heads if head[3] & 1] == [(0, 0), (0, 1), (1, 0)]
        assert b"".join(frame[16:] for frame in frames) == HELLO + pcm_of("Go on now.") + pcm_of("Next.")

    run(main)


def test_another_sample_rate_gives_as_much_time() -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            received = await converse(
                socket, {"v": 2, "format": {"rate": 8000}, "token": "Hello world.", "done": True}
            )
        assert received.json[0]["sample_rate"] == 8000
        assert abs(len(received.audio) * 3 - len(HELLO)) <= 12

    run(main)


def test_warnings_reach_a_client_of_version_2_only() -> None:
    async def main() -> None:
        pool = ArithmeticPool(
            frame_s=0, notices={"Hello world.": SpeechWarning("sentence_retried", "a worker died")}
        )
        async with served(pool) as server:
            async with server.connect() as socket:
                received = await converse(socket, {"v": 2, "token": "Hello world.", "done": True})
                assert received.of("warning")[0]["code"] == "sentence_retried"
            async with server.connect() as socket:
                received = await converse(socket, {"token": "Hello world.", "done": True})
                assert [message["type"] for message in received.json] == ["generating", "done"]

    run(main)


def test_a_reader_that_stops_reading_is_closed_and_harms_nobody() -> None:
    async def main() -> None:
        config = config_of("one", stalled_reader_s=0.3)
        async with served(config=config) as server:
            url_host, port = "127.0.0.1", server.port
            stalled = await asyncio.open_connection(url_host, port, limit=1024, family=sockets.AF_INET)
            reader, writer = stalled
            writer.write(UPGRADE)
            await reader.readuntil(b"\r\n\r\n")
            reader._transport.pause_reading()  # type: ignore[attr-defined]
            for _ in range(40):
                writer.write(_masked(json.dumps({"token": "This is a sentence that nobody takes. " * 20})))
            async with server.connect() as socket:
                assert (await converse(socket, {"token": "Hello world.", "done": True})).audio == HELLO
            while server.service.open_speeches:
                await asyncio.sleep(0.01)
            writer.transport.abort()

    run(main)


_MUCH: list[dict[str, Any]] = [{"v": 2}, *({"token": "This is a sentence that nobody takes. " * 500},) * 10]


def test_a_reader_that_stops_is_told_so_behind_what_it_has_not_read() -> None:
    async def main() -> None:
        config = config_of("one", stalled_reader_s=3)
        async with served(config=config) as server, server.connect(max_queue=1) as socket:
            for message in _MUCH:
                await socket.send(json.dumps(message))
            while not server.service.open_speeches:
                await asyncio.sleep(0.01)
            while server.service.open_speeches:
                await asyncio.sleep(0.01)
            received = await listen(socket)
        assert received.json[-1]["code"] == "stalled_reader"
        assert received.json[-1]["fatal"] is True
        assert received.close_code == 1013
        assert "read while you send" in (socket.close_reason or "")

    run(main)


def test_a_reader_that_was_slow_is_told_so_when_it_reads_again(monkeypatch: pytest.MonkeyPatch) -> None:
    is_told = asyncio.Event()
    answer = StreamSender.answer

    def noted(self: StreamSender, messages: Iterable[Message]) -> None:
        told = list(messages)
        if any("slow_reader" in str(each) for each in told):
            is_told.set()
        answer(self, told)

    monkeypatch.setattr(StreamSender, "answer", noted)

    async def main() -> None:
        config = config_of("one", stalled_reader_s=6)
        async with served(config=config) as server, server.connect(max_queue=1) as socket:
            for message in _MUCH:
                await socket.send(json.dumps(message))
            await is_told.wait()
            received = await listen(socket, until="warning")
            assert [each["code"] for each in received.of("warning")] == ["slow_reader"]
            await socket.send(json.dumps({"cancel": True}))
            await listen(socket, until="turn_done")

    run(main)


def _masked(text: str) -> bytes:
    """A client's text frame with a mask of zeros."""
    payload = text.encode()
    return struct.pack("!BBH", 0x81, 0x80 | 126, len(payload)) + b"\0\0\0\0" + payload


def test_a_connection_that_says_nothing_is_closed_after_the_idle_time() -> None:
    async def main() -> None:
        async with served(config=config_of("one", idle_s=0.05)) as server, server.connect() as socket:
            received = await listen(socket)
        assert [error["code"] for error in received.of("error")] == ["idle"]
        assert received.close_code == 1000

    run(main)


def test_a_turn_that_was_sent_to_its_end_can_be_interrupted_while_it_plays() -> None:
    async def main() -> None:
        text = "One is here for a while. Two is never heard at all."
        async with served() as server, server.connect() as socket:
            await socket.send(json.dumps({"v": 2, "token": text, "turn": "a", "end": True}))
            received = await listen(socket, until="turn_done")
            await socket.send(json.dumps({"token": "Nor is this.", "turn": "b", "end": True}))
            await listen(socket, until="turn_done", received=received)
            first_ms = len("One is here for a while.") * 20
            await socket.send(json.dumps({"played_ms": 5, "turn": "a"}))
            await socket.send(json.dumps({"cancel": True, "played_ms": first_ms}))
            await socket.send(json.dumps({"ping": 1}))
            await listen(socket, until="pong", received=received)
            await socket.send(json.dumps({"cancel": True}))
            await listen(socket, until="warning", received=received)
        assert [(each["turn"], each["heard"]) for each in received.of("cancelled")] == [
            ("a", "One is here for a while."),
            ("b", ""),
        ]
        assert received.of("cancelled")[0]["unheard"] == " Two is never heard at all."
        assert [each["reason"] for each in received.of("turn_done")] == ["complete", "complete"]
        assert [each["code"] for each in received.of("warning")] == ["nothing_to_cancel"]

    run(main)


def test_an_engine_without_word_times_gets_estimates_that_say_so() -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            received = await converse(
                socket, {"v": 2, "timestamps": "word", "token": "Hello world.", "done": True}
            )
        (words,) = received.of("words")
        assert words["source"] == "estimate"
        assert [(word, start, end) for word, _, _, start, end in words["words"]] == [
            ("Hello", 0, 5),
            ("world", 6, 11),
        ]
        assert 0 == words["words"][0][1] < words["words"][1][1] < words["words"][1][2] <= 240

    run(main)


def test_a_connection_has_only_so_many_open_turns_and_speaks_those() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.001)
        turns = [{"token": f"Turn number {n} is here. ", "turn": f"t{n}", "end": True} for n in range(6)]
        config = config_of("one", open_turns=3)
        async with served(pool, config=config) as server, server.connect("/stream-tokens?v=2") as socket:
            received = await converse(socket, *turns, {"done": True})
        refused = received.of("error")
        assert {error["code"] for error in refused} == {"too_many_turns"}
        assert "at most 3 turns" in refused[0]["msg"]
        done = [turn["turn"] for turn in received.of("turn_done")]
        assert done[:3] == ["t0", "t1", "t2"]
        assert len(done) + len(refused) == 6
        assert received.close_code == 1000

    run(main)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("key", ["opts", "format", "anything"])
def test_a_message_that_is_nested_too_deeply_closes_with_1007(key: str, first: bool) -> None:
    async def main() -> None:
        async with served() as server, server.connect("/stream-tokens?v=2") as socket:
            deep = f'{{"{key}":{"[" * 1000}{"]" * 1000}}}'
            messages = [deep] if first else [{"token": "Hello. "}, deep]
            received = await converse(socket, *messages)
            assert received.close_code in (1007, 1008)
            assert received.of("error")[-1]["code"] in ("invalid_json", "invalid_message")

    run(main)


def test_a_defect_while_messages_are_obeyed_ends_the_connection_and_what_it_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async def main() -> None:
        async with served(ArithmeticPool(frame_s=10)) as server:
            async with server.connect("/stream-tokens?v=2") as socket:
                await socket.send('{"token":"One is here. Two"}')
                await listen(socket, until="generating")
                monkeypatch.setattr(stream_connection.StreamConnection, "_obey", broken)
                received = await converse(socket, {"ping": 1})
                assert received.close_code == 1006
            while server.service.open_speeches:
                await asyncio.sleep(0.001)

    run(main)


@pytest.mark.parametrize("extension", [PROTOCOL_EXTENSION, "none of ours"])
def test_a_client_that_reads_no_answers_is_not_read_for_ever(
    extension: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_connection, "PROTOCOL_EXTENSION", extension)
    monkeypatch.setattr(websocket_protocol, "_LINGER_S", 0.1)
    flood = text_frame(ping="x" * 200) * 1000

    async def main() -> None:
        config = config_of("one", stalled_reader_s=0.5)
        async with served(config=config) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
            writer.write(UPGRADE.replace(b"/stream-tokens", b"/stream-tokens?v=2"))
            await reader.readuntil(b"\r\n\r\n")
            taken = 0
            with contextlib.suppress(ConnectionError):
                while taken < 200 * len(flood):
                    writer.write(flood)
                    await writer.drain()
                    taken += len(flood)
            assert taken < 100 * len(flood), "reading stopped, and then the connection ended"
            writer.transport.abort()
            async with server.connect("/stream-tokens?v=2") as socket:
                assert (await converse(socket, {"token": "One."}, {"done": True})).close_code == 1000

    run(main)


def test_the_turns_of_a_connection_share_the_limit_of_waiting_text() -> None:
    async def main() -> None:
        config = config_of("one", buffered_chars=1000)
        pool = ArithmeticPool(frame_s=10)
        async with served(pool, config=config) as server, server.connect("/stream-tokens?v=2") as socket:
            for turn in ("a", "b", "c"):
                await socket.send(json.dumps({"token": "No end of it " * 35, "turn": turn}))
            received = await listen(socket, until="error")
            assert received.json[-1]["code"] == "text_overflow"

    run(main)


@pytest.mark.parametrize("end", [{}, {"end": True}])
def test_the_turns_of_a_connection_have_a_limit_also_where_nothing_of_them_waits(
    end: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_turns, "KEPT_CHARS", 1000)

    async def main() -> None:
        async with served() as server, server.connect("/stream-tokens?v=2") as socket:
            await socket.send('{"pause":true}')
            blanks = [{"token": " " * 400, **end}] * 3
            received = await converse(socket, *blanks, {"token": "Hello. "}, {"resume": True}, {"done": True})
        assert [error["code"] for error in received.of("error")] == ["text_overflow"]
        assert sum(turn["characters"] for turn in received.of("turn_done")) == 807

    run(main)


def test_turns_that_were_spoken_do_not_count() -> None:
    async def main() -> None:
        async with served() as server, server.connect("/stream-tokens?v=2") as socket:
            for _ in range(30):
                await socket.send(json.dumps({"token": "Hello." + " " * 50_000, "end": True}))
                assert not (await listen(socket, until="turn_done")).of("error")

    run(main)


@pytest.mark.parametrize("key", ["turn", "id", "ping"])
def test_a_name_that_the_server_would_have_to_keep_has_a_length(key: str) -> None:
    async def main() -> None:
        async with served() as server, server.connect("/stream-tokens?v=2") as socket:
            received = await converse(socket, {"token": "Hello. ", key: "x" * 201})
            assert received.close_code == 1008
            assert "200" in received.of("error")[0]["msg"]

    run(main)


@pytest.mark.parametrize(
    "barge_in",
    [
        [{"cancel": True, "token": "New one. ", "turn": "new"}],
        [{"cancel": True}, {"token": "New one. ", "turn": "new"}],
        [{"on_new_turn": "preempt", "token": "New one. ", "turn": "new"}],
    ],
)
def test_a_barge_in_needs_no_room_among_the_open_turns(barge_in: list[dict[str, object]]) -> None:
    async def main() -> None:
        config = config_of("one", open_turns=3)
        async with served(config=config) as server, server.connect("/stream-tokens?v=2") as socket:
            await socket.send(json.dumps({"pause": True}))
            for number in range(3):
                await socket.send(json.dumps({"token": f"Old {number} is here. ", "turn": f"t{number}"}))
            received = await converse(socket, *barge_in, {"resume": True}, {"done": True})
        done = {turn["turn"]: turn["reason"] for turn in received.of("turn_done")}
        assert done.pop("new") == "complete"
        assert set(done.values()) <= {"cancelled", "preempted"}
        assert received.of("error") == []

    run(main)


@pytest.mark.parametrize("more", [{"end": True}, {"done": True}, {"voice": "two"}])
def test_a_text_that_is_refused_for_its_length_changes_nothing(more: dict[str, object]) -> None:
    async def main() -> None:
        config = config_of("one", buffered_chars=1000)
        async with served(config=config) as server, server.connect("/stream-tokens?v=2") as socket:
            await socket.send(json.dumps({"token": "One is here. ", "turn": "a"}))
            await socket.send(json.dumps({"token": "x" * 2000, **more}))
            received = await converse(socket, {"token": "Two is here."}, {"done": True})
        assert [error["code"] for error in received.of("error")] == ["text_overflow"]
        assert [turn["reason"] for turn in received.of("turn_done")] == ["complete"]
        assert received.audio == pcm_of("One is here.") + pcm_of("Two is here.")
        assert received.close_code == 1000

    run(main)


def test_a_flush_too_many_is_refused_and_the_rest_of_its_message_obeyed() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.001)
        async with served(pool) as server, server.connect("/stream-tokens?v=2") as socket:
            await socket.send(json.dumps({"pause": True, "token": "One is here. "}))
            flushes = [{"flush": True, "id": number} for number in range(101)]
            last = {"flush": True, "end": True, "done": True, "resume": True}
            received = await converse(socket, *flushes, last)
        assert {error["code"] for error in received.of("error")} == {"too_much"}
        assert [turn["reason"] for turn in received.of("turn_done")] == ["complete"]
        assert received.close_code == 1000

    run(main)


def test_a_message_that_names_a_new_turn_configures_that_one_only() -> None:
    async def main() -> None:
        pool = ArithmeticPool(names=("one", "two"))
        async with served(pool) as server, server.connect("/stream-tokens?v=2") as socket:
            await socket.send(json.dumps({"token": "One is here.", "turn": "a"}))
            await converse(socket, {"token": "Two is here.", "turn": "b", "backend": "two"}, {"done": True})
        assert {segment.text: segment.backend for segment in pool.rendered} == {
            "One is here.": "one",
            "Two is here.": "two",
        }

    run(main)


def test_the_sound_comes_in_the_encoding_that_was_asked_for() -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            form = {"encoding": "mulaw"}
            received = await converse(socket, {"v": 2, "format": form, "token": "One. Two."}, {"done": True})
            (ready,) = received.of("ready")
            assert (ready["encoding"], ready["sample_rate"]) == ("mulaw", 8000)
            (ended,) = received.of("turn_done")
            assert abs(len(received.audio) - ended["audio_ms"] * 8) <= 1

    run(main)


def test_an_encoding_that_there_is_not_is_refused_with_those_there_are() -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            received = await converse(socket, {"v": 2, "format": {"encoding": "pcm"}, "token": "One."})
            assert "must be one of pcm_s16le, " in received.of("error")[0]["msg"]

    run(main)


def test_a_rate_that_an_encoding_does_not_have_is_refused_with_those_it_has() -> None:
    async def main() -> None:
        async with served() as server, server.connect() as socket:
            received = await converse(socket, {"v": 2, "format": {"encoding": "opus", "rate": 44_100}})
            (error,) = received.of("error")
            assert "8000, 12000, 16000, 24000, 48000 for opus, not 44100" in error["msg"]

    run(main)


@pytest.mark.parametrize("first", [[], [{"voice": "bert"}]])
def test_a_listener_too_many_is_told_when_to_come_again(
    first: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UtteranceRunner, "wait_for_room_s", lambda *_: 4.2)

    async def main() -> None:
        async with served() as server:
            async with server.connect("/stream-tokens?v=2") as socket:
                received = await converse(socket, *first, {"token": "One is "}, {"token": "here."})
                (error,) = received.of("error")
                assert (error["code"], error["fatal"], error["retry_after_ms"]) == ("busy", True, 4200)
                assert received.close_code == 1013
            async with server.connect() as socket:
                received = await converse(socket, {"token": "One is here."})
                assert ([each["code"] for each in received.json], received.close_code) == (["busy"], 1013)
            assert not server.pool.rendered

    run(main)


def test_a_connection_that_was_let_in_is_never_refused_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with served() as server, server.connect("/stream-tokens?v=2") as socket:
            await socket.send(json.dumps({"token": "One is here.", "turn": "a", "end": True}))
            await listen(socket, until="turn_done")
            monkeypatch.setattr(UtteranceRunner, "wait_for_room_s", lambda *_: 4.2)
            received = await converse(socket, {"token": "Two is here.", "done": True})
            assert (received.audio, received.close_code) == (pcm_of("Two is here."), 1000)

    run(main)
