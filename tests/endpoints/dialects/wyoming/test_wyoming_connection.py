"""A connection from its first byte to its last, with the package wyoming at the other end."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wyoming.client import AsyncTcpClient
from wyoming.event import Eventable
from wyoming.info import Describe, SelectProgram
from wyoming.ping import Ping
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeVoice

from tests.arithmetic_pool import ArithmeticPool, config_of
from tests.core.speech.rendering import pcm_of
from tests.endpoints.dialects.wyoming.wyoming_client import (
    ONE_PAIR,
    WyomingServed,
    in_chunks,
    info_of,
    receive,
    send,
    wyoming_served,
)
from tests.endpoints.serving import converse, listen, run
from voice_server.endpoints.dialects.wyoming import wyoming_connection
from voice_server.endpoints.dialects.wyoming.wyoming_answers import WyomingAnswers
from voice_server.endpoints.dialects.wyoming.wyoming_connection import WyomingConnection
from voice_server.endpoints.dialects.wyoming.wyoming_events import event_bytes

SLOW = 0.02
STOPPED = [*ONE_PAIR, "synthesize-stopped"]


# ---------------------------------------------------------------------- speaking


def test_describe_is_answered_with_info() -> None:
    async def main() -> None:
        async with wyoming_served() as server:
            info = await info_of(server)
        assert [voice.name for voice in info.tts[0].voices] == ["alba", "bert"]

    run(main)


def test_a_whole_text_is_spoken() -> None:
    async def main() -> None:
        async with wyoming_served() as server:
            received = await server.exchange(Synthesize("One. Two."), until="audio-stop")
        assert received.types == ONE_PAIR
        assert received.audio == pcm_of("One.") + pcm_of("Two.")

    run(main)


@pytest.mark.parametrize(
    "chunks",
    [
        ["Hello world. And more."],
        list("Hello world. And more."),
        ["Hello", " ", "world.", "", " And", " more."],
    ],
)
def test_a_text_in_chunks_is_spoken_once_whatever_its_cuts_and_white_space_is_kept(chunks: list[str]) -> None:
    async def main() -> None:
        async with wyoming_served() as server:
            received = await server.exchange(*in_chunks(chunks), until="synthesize-stopped")
            assert [segment.text for segment in server.server.pool.rendered] == ["Hello world.", "And more."]
        assert received.types == STOPPED
        assert received.audio == pcm_of("Hello world.") + pcm_of("And more.")

    run(main)


def test_the_first_sentence_is_heard_while_the_text_still_comes() -> None:
    async def main() -> None:
        async with wyoming_served() as server, server.connect() as client:
            await send(client, SynthesizeStart(), SynthesizeChunk("Hello world. And"))
            first = await receive(client, "audio-chunk")
            assert first.types == ["audio-start", "audio-chunk"]
            await send(client, SynthesizeChunk(" more."), SynthesizeStop())
            rest = await receive(client, "synthesize-stopped")
        assert first.audio + rest.audio == pcm_of("Hello world.") + pcm_of("And more.")

    run(main)


def test_a_connection_speaks_one_text_after_another_in_both_ways() -> None:
    async def main() -> None:
        async with wyoming_served() as server:
            received = await server.exchange(
                Synthesize("One."), *in_chunks(["Two."]), Synthesize("Three."), until="synthesize-stopped"
            )
            assert received.types == [*ONE_PAIR, *STOPPED]
            async with server.connect() as client:
                for _ in range(3):
                    await send(client, *in_chunks(["Four."]))
                    assert (await receive(client, "synthesize-stopped")).audio == pcm_of("Four.")

    run(main)


def test_the_voice_of_the_start_holds_for_the_text() -> None:
    async def main() -> None:
        async with wyoming_served() as server:
            voice = SynthesizeVoice(name="bert")
            await server.exchange(*in_chunks(["Eins."], voice), until="synthesize-stopped")
            await server.exchange(Synthesize("Zwei.", SynthesizeVoice(language="de")), until="audio-stop")
            await server.exchange(Synthesize("One."), until="audio-stop")
            assert [segment.voice for segment in server.server.pool.rendered] == ["bert", "bert", "alba"]

    run(main)


def test_a_ping_is_answered_at_once_while_something_is_spoken() -> None:
    async def main() -> None:
        async with wyoming_served(ArithmeticPool(frame_s=SLOW)) as server, server.connect() as client:
            await send(client, Synthesize("One. Two. Three."), Ping(text="there?"))
            received = await receive(client, "pong")
            assert received.events[-1].data == {"text": "there?"}
            assert (await receive(client, "audio-stop")).types[-1] == "audio-stop"

    run(main)


def test_what_is_not_for_a_voice_is_ignored() -> None:
    async def main() -> None:
        async with wyoming_served() as server:
            chunk = b'{"type":"audio-chunk","payload_length":100000}\n' + bytes(100_000)
            others: list[Eventable | bytes] = [SelectProgram("x"), chunk, b'{"type":"transcribe"}\n']
            received = await server.exchange(
                *others, SynthesizeStart(), *others, SynthesizeStop(), Ping(), until="pong"
            )
        assert set(received.types) <= {"pong", "audio-start", "audio-stop", "synthesize-stopped"}
        assert received.types[-1] == "pong"

    run(main)


# ---------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("events", "code", "sentence"),
    [
        ([SynthesizeChunk("x")], "wrong_order", "synthesize-chunk came without a synthesize-start"),
        ([SynthesizeStop()], "wrong_order", "synthesize-stop came without a synthesize-start"),
        (
            [SynthesizeStart(), SynthesizeStart()],
            "wrong_order",
            "synthesize-start came before the synthesize-stop of the text before",
        ),
        (
            [SynthesizeStart(), SynthesizeStop(), SynthesizeStop()],
            "wrong_order",
            "synthesize-stop came without a synthesize-start",
        ),
        ([b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"], "invalid_json", "this address speaks Wyoming"),
        ([b'{"type":"synthesize","data":{"text":5}}\n'], "invalid_message", "synthesize: text must be"),
        (
            [Synthesize("x", SynthesizeVoice(name="9999"))],
            "unknown_voice",
            "one has no voice number 9999; there are 2, counted from 1",
        ),
        ([Synthesize("x" * 300_000)], "text_overflow", "at most 200000 may"),
    ],
)
def test_a_mistake_is_an_error_and_the_end(events: list[Any], code: str, sentence: str) -> None:
    async def main() -> None:
        async with wyoming_served() as server:
            received = await server.exchange(*events, Ping())
            (error,) = received.errors
            assert error.code == code
            assert sentence in error.text
            assert "pong" not in received.types
            await server.come_to_rest()

    run(main)


def test_an_error_in_the_middle_of_a_stream_ends_it_for_older_clients_too() -> None:
    async def main() -> None:
        async with wyoming_served(ArithmeticPool(frame_s=SLOW)) as server, server.connect() as client:
            await send(client, SynthesizeStart(), SynthesizeChunk("One is here. Two is here. Three"))
            await receive(client, "audio-chunk")
            await send(client, SynthesizeStart())
            received = await receive(client)
            assert [each for each in received.types if each != "audio-chunk"] == [
                "error",
                "audio-stop",
                "synthesize-stopped",
            ]
            await server.come_to_rest()

    run(main)


def test_a_text_that_cannot_be_spoken_is_an_error_and_the_end() -> None:
    async def main() -> None:
        async with wyoming_served(ArithmeticPool(frame_s=0.0, failing={"One.": 0})) as server:
            received = await server.exchange(Synthesize("One."))
            assert received.types == ["error"]
            assert received.errors[0].code == "render_failed"
            received = await server.exchange(*in_chunks(["One."]))
            assert received.types == ["error", "synthesize-stopped"]

    run(main)


def test_where_no_backend_runs_that_is_the_error() -> None:
    async def main() -> None:
        async with wyoming_served(ArithmeticPool(down={"one"})) as server:
            received = await server.exchange(*in_chunks(["One."]))
            assert [error.code for error in received.errors] == ["backend_down"]
            assert (await info_of(server)).tts[0].voices == []

    run(main)


def test_a_client_that_floods_can_read_why_it_is_refused() -> None:
    async def main() -> None:
        async with wyoming_served() as server:
            answer = await server.bare(b"\x00" * (8 << 20))
            assert b'"code":"too_much"' in answer

    run(main)


def test_a_defect_ends_the_connection_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async def main() -> None:
        async with wyoming_served() as server:
            monkeypatch.setattr(WyomingAnswers, "open", broken)
            assert (await server.exchange(Synthesize("One."))).types == []
            await server.come_to_rest()

    run(main)
    assert "events could not be obeyed" in caplog.text


# ---------------------------------------------------------------------- coming and going


@pytest.mark.parametrize("gone", ["close", "abort", "half close"])
def test_closing_frees_the_workers_at_once(gone: str) -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=SLOW, frames=1000)
        async with wyoming_served(pool) as server:
            client = server.connect()
            await client.connect()
            await send(client, SynthesizeStart(), SynthesizeChunk("One is here. Two is here. Three"))
            await receive(client, "audio-chunk")
            assert pool.running.total() == 1
            assert client._writer is not None
            if gone == "abort":
                client._writer.transport.abort()
            elif gone == "half close":
                client._writer.write_eof()
            else:
                client._writer.close()
            await server.come_to_rest()
            assert pool.stopped == ["One is here."]
            client._writer.close()

    run(main)


def test_a_server_that_drains_speaks_what_has_come_and_takes_nothing_new() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=SLOW)
        async with wyoming_served(pool) as server, server.connect() as speaking, server.connect() as idle:
            await send(speaking, SynthesizeStart(), SynthesizeChunk("Hello world. And"))
            received = await receive(speaking, "audio-chunk")
            drain = asyncio.create_task(server.server.state.drain(5.0))
            await asyncio.sleep(0)
            kept = [each._reader._bytes for each in open_connections(server)]
            await send(speaking, SynthesizeChunk(" nothing more."), SynthesizeStop(), b"x" * 100_000)
            received.events += (await receive(speaking)).events
            assert (await receive(idle)).types == []
            await drain
            assert received.types == STOPPED
            assert received.audio == pcm_of("Hello world.") + pcm_of("And")
            assert kept == [b"", b""], "what comes too late is not kept"
            late = await server.exchange(Describe())
            assert [(error.code, "going down" in error.text) for error in late.errors] == [("busy", True)]

    run(main)


def test_beyond_the_limit_a_connection_is_told_that_there_is_no_room() -> None:
    async def main() -> None:
        config = config_of("one", connections=2)
        pool = ArithmeticPool(frame_s=SLOW)
        async with (
            wyoming_served(pool, config) as server,
            server.connect() as one,
            server.server.connect() as other,
        ):
            await send(one, SynthesizeStart())
            await other.send(json.dumps({"v": 2, "token": "This turn stays open", "pause": True}))
            await listen(other, until="paused")
            received = await server.exchange(Describe())
            assert [error.code for error in received.errors] == ["busy"]
            async with server.server.client() as http:
                assert (await http.get("/voices")).status_code == 503
            await converse(other, {"resume": True, "done": True})
            while (await server.exchange(Describe(), until="info")).types != ["info"]:
                await asyncio.sleep(0.01)

    run(main)


def test_of_idle_connections_the_oldest_makes_room() -> None:
    async def main() -> None:
        async with wyoming_served(config=config_of("one", connections=2)) as server:
            idle = [server.connect() for _ in range(2)]
            for client in idle:
                await client.connect()
                await send(client, Ping())
                await receive(client, "pong")
            await asyncio.sleep(0.6)
            assert (await server.exchange(Describe(), until="info")).types == ["info"]
            assert [error.code for error in (await receive(idle[0])).errors] == ["busy"]
            for client in idle:
                await client.disconnect()

    run(main)


def test_connections_that_were_refused_are_soon_ended_where_there_are_many() -> None:
    async def main() -> None:
        async with wyoming_served(config=config_of("one", connections=3)) as server:
            refused = []
            for _ in range(10):
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.write(b"\n")
                assert b'"error"' in await reader.readline()
                refused.append(writer)
            ended = [writer for writer in refused if await _is_reset(writer)]
            assert len(ended) == 7
            for writer in refused:
                writer.close()

    run(main)


async def _is_reset(writer: asyncio.StreamWriter) -> bool:
    """Whether the other end of a connection is gone, and not only silent."""
    try:
        for _ in range(20):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.001)
    except ConnectionError:
        return True
    return False


def test_a_connection_without_events_is_closed_and_so_is_a_stream_without_text() -> None:
    async def main() -> None:
        async with wyoming_served(config=config_of("one", idle_s=0.2)) as server:
            silent, stream = await asyncio.gather(server.exchange(), server.exchange(SynthesizeStart()))
            assert silent.types == ["error"]
            assert stream.types == ["error", "synthesize-stopped"]
            assert {error.code for error in (*silent.errors, *stream.errors)} == {"idle"}

    run(main)


def test_a_speaking_connection_is_not_idle() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.2)
        async with wyoming_served(pool, config_of("one", idle_s=0.1)) as server:
            received = await server.exchange(Synthesize("One."))
            assert received.types == [*ONE_PAIR, "error"]

    run(main)


def open_connections(server: WyomingServed) -> list[WyomingConnection]:
    connections = list(server.server.state._connections)
    assert all(isinstance(each, WyomingConnection) for each in connections)
    return cast("list[WyomingConnection]", connections)


def stalled_client(server: WyomingServed, data: bytes) -> socket.socket:
    """A client that sends and reads nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", server.port))
    client.setblocking(False)
    client.send(data)
    return client


def test_a_client_that_reads_nothing_is_disconnected() -> None:
    async def main() -> None:
        pool = ArithmeticPool(frame_s=0.0)
        async with wyoming_served(pool, config_of("one", stalled_reader_s=0.3)) as server:
            text = "This is a sentence of some length. " * 200
            event = json.dumps({"type": "synthesize", "data": {"text": text}}).encode() + b"\n"
            with stalled_client(server, event):
                while not server.server.service.open_speeches:
                    await asyncio.sleep(0.01)
                await server.come_to_rest()

    run(main)


def test_answers_that_nobody_reads_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = 0

    def counted(kind: str, data: dict[str, str]) -> bytes:
        nonlocal answered
        answered += 1
        return event_bytes(kind, data)

    async def main() -> None:
        async with wyoming_served(config=config_of("one", stalled_reader_s=1.0)) as server:
            ping = json.dumps({"type": "ping", "data": {"text": "x" * 1000}}).encode() + b"\n"
            monkeypatch.setattr(wyoming_connection, "event_bytes", counted)
            with stalled_client(server, ping) as client:
                sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(client, ping * 30_000))
                await server.come_to_rest()
                with pytest.raises(ConnectionError):
                    await sending

    run(main)
    assert answered < 20_000, "the rest was not read"


# ---------------------------------------------------------------------- nobody else notices


ANY_EVENT: st.SearchStrategy[Eventable | bytes] = st.one_of(
    st.sampled_from(
        [
            Describe(),
            SynthesizeStart(),
            SynthesizeStop(),
            Ping(text="x"),
            SelectProgram("x"),
            SynthesizeStart(voice=SynthesizeVoice(name="bert")),
            SynthesizeStart(voice=SynthesizeVoice(language="xx")),
            b'{"type":"audio-chunk","payload_length":3}\nabc',
            b'{"type":"synthesize-chunk"}\n',
            b"not JSON\n",
        ]
    ),
    st.builds(SynthesizeChunk, text=st.text(max_size=30)),
    st.builds(Synthesize, text=st.text(max_size=30)),
)
_FUZZ = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _fuzzed(send_some: Callable[[AsyncTcpClient], Any]) -> None:
    """Send something on a connection, and hear a text undisturbed on another; then all is at rest."""

    async def main() -> None:
        async with wyoming_served() as server, server.connect() as client:
            await send_some(client)
            other = await server.exchange(
                *in_chunks(["Hello world. And", " more."]), until="synthesize-stopped"
            )
            assert other.types == STOPPED
            assert other.audio == pcm_of("Hello world.") + pcm_of("And more.")
            await client.disconnect()
            await server.come_to_rest()

    run(main)


@pytest.mark.timeout(60)
@_FUZZ
@given(st.lists(ANY_EVENT, max_size=12))
def test_events_in_any_order_are_obeyed_or_refused_in_order(events: list[Eventable | bytes]) -> None:
    async def check(client: AsyncTcpClient) -> None:
        await send(client, *events, b"\n")  # no event: the end
        received = await receive(client)
        kinds = [each for each in received.types if each not in ("info", "pong", "audio-chunk")]
        assert kinds.count("audio-start") == kinds.count("audio-stop")
        assert "error" in kinds
        assert received.formats <= {(24_000, 2, 1)}

    _fuzzed(check)


@pytest.mark.timeout(60)
@_FUZZ
@given(st.lists(st.binary(max_size=200) | ANY_EVENT, max_size=8))
def test_bytes_of_any_kind_disturb_nobody(pieces: list[Eventable | bytes]) -> None:
    async def check(client: AsyncTcpClient) -> None:
        await send(client, *pieces)
        assert client._writer is not None
        await client._writer.drain()

    _fuzzed(check)


def test_a_flood_of_events_leaves_others_their_turn() -> None:
    async def main() -> None:
        async with wyoming_served() as server, server.connect() as flooding:
            assert flooding._writer is not None
            flooding._writer.write(b'{"type":"synthesize-start"}\n')
            flooding._writer.write(b'{"type":"synthesize-chunk","data":{"text":"a "}}\n' * 50_000)
            assert (await server.exchange(Describe(), until="info")).types == ["info"]
            await flooding.disconnect()
            await server.come_to_rest()

    run(main)
