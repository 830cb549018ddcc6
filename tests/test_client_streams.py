"""The connections of the client against a server that plays a script: what they send, receive and raise."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import threading
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from voice_server import client
from voice_server.client import connect, connect_sync
from voice_server.client_addresses import stream_url
from voice_server.errors import ConfigError, RequestError

Script = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def scripted_server(script: Script, **options: Any) -> AsyncIterator[str]:
    async with serve(script, "127.0.0.1", 0, **options) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/stream-tokens"


@contextmanager
def server_in_a_thread(script: Script) -> Iterator[str]:
    """The same for the synchronous client, which has no loop of its own."""
    address: list[str] = []
    started, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        async with scripted_server(script) as url:
            address.append(url)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    started.wait()
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def plays(
    *messages: dict[str, Any] | bytes, received: list[Any] | None = None, until: str = "done"
) -> Script:
    """A server that records what it receives, up to the key `until`, and then sends its messages."""

    async def script(connection: ServerConnection) -> None:
        async for message in connection:
            if received is not None:
                received.append(json.loads(message))
            if until in json.loads(message):
                break
        for line in messages:
            await connection.send(line if isinstance(line, bytes) else json.dumps(line))
        await connection.close()

    return script


async def collect(url: str, **config: Any) -> list[client.Event]:
    async with connect(url, **config) as stream:
        await stream.done()
        return [event async for event in stream]


def events_of(*messages: dict[str, Any] | bytes, **config: Any) -> list[client.Event]:
    async def main() -> list[client.Event]:
        async with scripted_server(plays(*messages)) as url:
            return await collect(url, **config)

    return asyncio.run(main())


def sent_by(act: Callable[[client.AsyncStream], Awaitable[None]], **config: Any) -> list[Any]:
    """What the server receives when a client does `act` and leaves."""
    received: list[Any] = []

    async def main() -> None:
        async with scripted_server(plays(received=received)) as url, connect(url, **config) as stream:
            await act(stream)
            await stream.done()
            async for _ in stream:
                pass

    asyncio.run(main())
    return received[:-1]


async def nothing(_stream: client.AsyncStream) -> None:
    pass


def test_version_2_sends_its_version_and_configuration_first() -> None:
    received = sent_by(nothing, voice="af_heart", opts={"speed": 1.2}, lang=None)
    assert received == [{"v": 2, "voice": "af_heart", "opts": {"speed": 1.2}}]


def test_version_1_sends_its_own_messages_and_nothing_else() -> None:
    async def act(stream: client.AsyncStream) -> None:
        await stream.send_text("Hello ")

    received = sent_by(act, version=1, voice="af_heart", opts={"speed": 1.0})
    assert received == [{"voice": "af_heart", "opts": {"speed": 1.0}}, {"token": "Hello "}]


def test_version_1_without_configuration_sends_nothing_first() -> None:
    assert sent_by(nothing, version=1) == []


def test_every_command_is_the_protocols_message() -> None:
    async def act(stream: client.AsyncStream) -> None:
        await stream.send_text("Hi", turn="t1")
        await stream.flush(7)
        await stream.end()
        await stream.cancel(1840, turn="t1")
        await stream.cancel()
        await stream.pause()
        await stream.resume()
        await stream.played(90.5, turn="t1")
        await stream.ping(3)
        await stream.configure(voice="bm_george")

    assert sent_by(act)[1:] == [
        {"token": "Hi", "turn": "t1"},
        {"flush": True, "id": 7},
        {"end": True},
        {"cancel": True, "played_ms": 1840, "turn": "t1"},
        {"cancel": True},
        {"pause": True},
        {"resume": True},
        {"played_ms": 90.5, "turn": "t1"},
        {"ping": 3},
        {"voice": "bm_george"},
    ]


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("ws://localhost:8000/stream-tokens", "ws://localhost:8000/stream-tokens"),
        ("http://localhost:8000", "ws://localhost:8000/stream-tokens"),
        ("https://host.example/", "wss://host.example/stream-tokens"),
        ("localhost:9000", "ws://localhost:9000/stream-tokens"),
        ("ws://h/other?v=2", "ws://h/other?v=2"),
    ],
)
def test_an_address_is_completed(given: str, address: str) -> None:
    assert stream_url(given) == address


def test_configuring_plain_frames_ends_tagged_ones() -> None:
    async def main() -> list[client.Event]:
        async with (
            scripted_server(plays(b"abcd")) as url,
            connect(url, format={"frames": "tagged"}) as stream,
        ):
            await stream.configure(format={"frames": "plain"})
            await stream.configure(voice="x")
            await stream.done()
            return [event async for event in stream]

    assert asyncio.run(main()) == [client.Audio(b"abcd")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_without_a_server_there_is_one_sentence_with_the_remedy() -> None:
    url = f"ws://127.0.0.1:{free_port()}/stream-tokens"
    with pytest.raises(client.NoServer) as caught:
        asyncio.run(collect(url))
    assert caught.value.message == f"no server at {url}; start one with: voice-server serve"


def test_a_refusal_carries_the_servers_own_sentence() -> None:
    def refuse(connection: ServerConnection, _request: Request) -> Response:
        return connection.respond(HTTPStatus.FORBIDDEN, '{"error":"this origin may not","code":"origin"}')

    async def main() -> None:
        async with scripted_server(send_nothing, process_request=refuse) as url:
            await collect(url)

    with pytest.raises(client.NoServer, match=r"refused the connection \(HTTP 403: this origin may not\)"):
        asyncio.run(main())


async def send_nothing(_connection: ServerConnection) -> None:
    pass


def test_another_program_at_the_address_is_no_voice_server() -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail ready\r\n")
        writer.close()
        await writer.wait_closed()

    async def main() -> None:
        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        async with server:
            await collect(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    with pytest.raises(client.NoServer, match="is no voice-server"):
        asyncio.run(main())


@pytest.mark.parametrize("url", ["mailto:x", "ftp://host/x", "ws://"])
def test_an_invalid_address_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError, match="is no address of a server; it looks like ws://"):
        asyncio.run(collect(url))


def closes_with(code: int, reason: str = "", *, after: dict[str, Any] | None = None) -> Script:
    async def script(connection: ServerConnection) -> None:
        await connection.recv()
        if after is not None:
            await connection.send(json.dumps(after))
        await connection.close(code, reason)

    return script


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (closes_with(1012), r"\(1012\): it is shutting down"),
        (closes_with(1013, "too many"), r"\(1013\): too many"),
        (closes_with(1008, after={"type": "error", "msg": "no such voice"}), "^no such voice$"),
        (closes_with(4000), r"\(4000\): it gave no reason"),
    ],
)
def test_a_connection_closed_early_is_an_error_with_its_reason(script: Script, sentence: str) -> None:
    async def main() -> None:
        async with scripted_server(script) as url:
            await collect(url)

    with pytest.raises(client.StreamClosed, match=sentence) as caught:
        asyncio.run(main())
    assert isinstance(caught.value, RequestError) == isinstance(caught.value, client.StreamRefused)
    assert isinstance(caught.value, client.StreamRefused) == (caught.value.close_code == 1008)


def test_sending_on_a_closed_connection_is_an_error_too() -> None:
    async def main() -> None:
        async with scripted_server(closes_with(1013)) as url, connect(url) as stream:
            with pytest.raises(client.StreamClosed):
                async for _ in stream:
                    pass
            await stream.send_text("too late")

    with pytest.raises(client.StreamClosed, match="1013"):
        asyncio.run(main())


def test_a_server_that_vanishes_is_an_error() -> None:
    async def vanish(connection: ServerConnection) -> None:
        await connection.recv()
        connection.transport.abort()

    async def main() -> None:
        async with scripted_server(vanish) as url:
            await collect(url)

    with pytest.raises(client.StreamClosed, match="it vanished without a word"):
        asyncio.run(main())


async def flood(connection: ServerConnection) -> None:
    while True:
        await connection.send(bytes(9600))


def test_closing_while_much_is_on_its_way_is_a_normal_closure_for_both() -> None:
    codes: list[int | None] = []

    async def record(connection: ServerConnection) -> None:
        try:
            await flood(connection)
        finally:
            codes.append(connection.close_code)

    async def main() -> None:
        async with scripted_server(record) as url, connect(url) as stream:
            async for _ in stream:
                break

    asyncio.run(main())
    with server_in_a_thread(record) as url, connect_sync(url) as blocking_stream:
        next(iter(blocking_stream))
    assert codes == [1000, 1000]


def test_closing_while_another_task_reads_is_no_error() -> None:
    async def main() -> list[client.Event]:
        async with scripted_server(flood) as url:
            async with connect(url) as stream:
                reading = asyncio.create_task(collect_all(stream))
                await stream.ping(1)
            return await reading

    assert all(isinstance(event, client.Audio) for event in asyncio.run(main()))


async def collect_all(stream: AsyncIterable[client.Event]) -> list[client.Event]:
    return [event async for event in stream]


def test_the_synchronous_client_sends_and_receives_the_same() -> None:
    received: list[Any] = []
    lines: list[dict[str, Any] | bytes] = [{"type": "generating", "sentence": "A.", "queue_depth": 0}, b"ab"]
    with server_in_a_thread(plays(*lines, received=received)) as url, connect_sync(url, voice="x") as stream:
        stream.send_text("A.")
        stream.done()
        events = list(stream)
    assert received == [{"v": 2, "voice": "x"}, {"token": "A."}, {"done": True}]
    assert events == [client.Generating("A.", 0), client.Audio(b"ab")]


def test_the_synchronous_client_raises_the_same() -> None:
    with server_in_a_thread(closes_with(1012)) as url, connect_sync(url) as stream:
        with pytest.raises(client.StreamClosed, match="it is shutting down"):
            list(stream)
        with pytest.raises(client.StreamClosed):
            stream.send_text("too late")
    with pytest.raises(client.NoServer), connect_sync(f"ws://127.0.0.1:{free_port()}"):
        pass


@pytest.mark.parametrize("is_accepted", [True, False])
def test_the_token_is_neither_logged_nor_in_an_error(
    *, is_accepted: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def answer(connection: ServerConnection, _request: Request) -> Response | None:
        return None if is_accepted else connection.respond(HTTPStatus.UNAUTHORIZED, "no")

    async def main() -> None:
        quiet = logging.getLogger("the server of the test")
        script = plays({"type": "done"})
        async with scripted_server(script, process_request=answer, logger=quiet) as url:
            address = url.replace("//", "//user:S3cret@") + "?v=2&token=S3cret&voice=x"
            expected = contextlib.nullcontext() if is_accepted else pytest.raises(client.NoServer)
            with expected as refusal:
                async with connect(address, token="S3cret") as stream:
                    await stream.done()
                    async for _ in stream:
                        pass
        if refusal is not None:
            assert "S3cret" not in str(refusal.value)
            assert "voice=x" in str(refusal.value)

    with caplog.at_level(1):
        asyncio.run(main())
    assert "S3cret" not in "".join(
        logging.Formatter().format(record) for record in caplog.records if "test" not in record.name
    )


# ------------------------------------------------------------------ reading in the background


def test_a_program_that_sends_everything_before_it_reads_is_not_held_up() -> None:
    """The server sends much more than a socket takes before the program reads anything."""

    async def main() -> int:
        all_sent = asyncio.Event()

        async def script(connection: ServerConnection) -> None:
            await connection.recv()
            for _ in range(1000):
                await connection.send(bytes(20_000))
            all_sent.set()
            await connection.close()

        async with scripted_server(script) as url, connect(url) as stream:
            await all_sent.wait()
            return len([event async for event in stream])

    assert asyncio.run(main()) == 1000


def test_a_program_that_takes_events_slowly_holds_the_server_up() -> None:
    async def main() -> None:
        sent = 0
        limit = threading.Event()

        async def script(connection: ServerConnection) -> None:
            nonlocal sent
            await connection.recv()
            for _ in range(5000):
                await connection.send(bytes(20_000))
                sent += 1
            limit.set()

        async with scripted_server(script) as url, connect(url) as stream:
            async for _ in stream:
                before = -1
                while before < sent:  # until the server is held up
                    before = sent
                    for _ in range(200):
                        await asyncio.sleep(0.001)
                break
            assert not limit.is_set()

    asyncio.run(main())


# ------------------------------------------------------------------ speaking while reading


def _echo(connection: ServerConnection) -> Awaitable[None]:
    """A server that says a sound for every token, and that a turn is done."""

    async def script() -> None:
        async for message in connection:
            given = json.loads(message)
            if "token" in given:
                await connection.send(given["token"].encode() * 2)
            for key, reason in (("end", "complete"), ("cancel", "cancelled")):
                if key in given:
                    done = {"audio_ms": 0, "characters": 0, "sentences": 0}
                    turn = {"turn": given["turn"], "reason": reason}
                    await connection.send(json.dumps({"type": "turn_done", **turn, **done}))

    return script()


def test_sound_comes_while_tokens_are_still_being_made() -> None:
    async def main() -> list[str]:
        heard: list[str] = []
        first_sound = asyncio.Event()

        async def tokens() -> AsyncIterator[str]:
            yield "a"
            await first_sound.wait()
            yield "b"

        async with scripted_server(_echo) as url, connect(url) as stream:
            async for event in stream.speak(tokens(), turn="t"):
                if isinstance(event, client.Audio):
                    heard.append(event.pcm.decode())
                    first_sound.set()
        return heard

    assert asyncio.run(main()) == ["aa", "bb"]


def test_several_texts_are_spoken_on_one_connection() -> None:
    async def main() -> list[list[client.Event]]:
        async with scripted_server(_echo) as url, connect(url) as stream:
            return [[event async for event in stream.speak([text])] for text in ("a", "b")]

    spoken = asyncio.run(main())
    assert [[type(event) for event in each] for each in spoken] == [[client.Audio, client.TurnDone]] * 2
    assert spoken[0][-1] != spoken[1][-1], "each has its turn"


def test_a_turn_is_not_spoken_twice_and_version_1_has_none() -> None:
    async def main() -> None:
        async with scripted_server(_echo) as url:
            async with connect(url) as stream:
                await collect_all(stream.speak(["a"], turn="t"))
                with pytest.raises(RequestError, match="name a new one"):
                    await collect_all(stream.speak(["b"], turn="t"))
            async with connect(url, version=1) as stream:
                with pytest.raises(RequestError, match="version 1 has no turns"):
                    await collect_all(stream.speak(["a"]))

    asyncio.run(main())


def test_an_error_of_the_tokens_cancels_their_turn_and_is_raised() -> None:
    received: list[Any] = []

    async def record(connection: ServerConnection) -> None:
        async for message in connection:
            received.append(json.loads(message))
            if "cancel" in received[-1]:
                done = {"reason": "cancelled", "audio_ms": 0, "characters": 0, "sentences": 0}
                await connection.send(json.dumps({"type": "turn_done", "turn": "t", **done}))

    async def broken() -> AsyncIterator[str]:
        yield "Half of "
        raise OSError("the model has gone")

    async def main() -> None:
        async with scripted_server(record) as url, connect(url) as stream:
            await collect_all(stream.speak(broken(), turn="t"))

    with pytest.raises(OSError, match="the model has gone"):
        asyncio.run(main())
    assert received[1:] == [
        {"token": "Half of ", "turn": "t"},
        {"end": True, "turn": "t"},
        {"cancel": True, "turn": "t"},
    ]


def test_whoever_leaves_before_the_end_cancels_the_turn() -> None:
    received: list[Any] = []

    async def record(connection: ServerConnection) -> None:
        async for message in connection:
            received.append(json.loads(message))
            if "token" in received[-1]:
                await connection.send(b"ab")

    async def endless() -> AsyncIterator[str]:
        while True:
            yield "more "
            await asyncio.sleep(0.001)

    async def main() -> None:
        async with scripted_server(record) as url, connect(url) as stream:
            spoken = stream.speak(endless(), turn="t")
            await anext(spoken)
            await spoken.aclose()

    asyncio.run(main())
    assert received[-1] == {"cancel": True, "turn": "t"}


def test_the_synchronous_client_speaks_while_it_reads() -> None:
    first_sound = threading.Event()

    def tokens() -> Iterator[str]:
        yield "a"
        assert first_sound.wait(10)
        yield "b"

    heard = []
    with server_in_a_thread(_echo) as url, connect_sync(url) as stream:
        for event in stream.speak(tokens()):
            if isinstance(event, client.Audio):
                heard.append(event.pcm)
                first_sound.set()
    assert heard == [b"aa", b"bb"]


def test_a_barge_in_says_what_the_clock_knows() -> None:
    received: list[Any] = []
    sentence = {"turn": "t", "index": 0, "text": "Hi.", "spoken": "Hi.", "at_ms": 0, "queued_ms": 0}

    async def record(connection: ServerConnection) -> None:
        await connection.send(json.dumps({"type": "sentence", **sentence}))
        await connection.send(bytes(48_000))
        received.extend([json.loads(message) async for message in connection])

    async def main() -> None:
        async with scripted_server(record) as url, connect(url) as stream:
            async for event in stream:
                if isinstance(event, client.Audio):
                    break
            stream.clock.pause()
            stream.clock.report(400)
            await stream.interrupt()
            assert stream.clock.ahead_ms == 0

    asyncio.run(main())
    with server_in_a_thread(record) as url, connect_sync(url) as blocking:
        for event in blocking:
            if isinstance(event, client.Audio):
                break
        blocking.clock.pause()
        blocking.clock.report(400)
        blocking.interrupt()
    told = [{"played_ms": 400.0, "turn": "t"}, {"cancel": True}]
    assert [each for each in received if "v" not in each] == told * 2
