"""The cheap client, against a scripted server and the package wyoming."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable

import pytest
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Eventable, async_read_event, read_event, write_event
from wyoming.tts import SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped

from voice_server.commands.benchmark.minimal_wyoming import MinimalWyoming, address_of, encode
from voice_server.errors import VoiceServerError

ANSWER: list[Eventable] = [
    AudioStart(24_000, 2, 1),
    AudioChunk(24_000, 2, 1, b"\n" * 4000),
    AudioChunk(24_000, 2, 1, bytes(2000)),
    AudioStop(),
    SynthesizeStopped(),
]


def written(*events: Eventable) -> bytes:
    file = io.BytesIO()
    for event in events:
        write_event(event.event(), file)
    return file.getvalue()


def told(
    answer: bytes, *, size: int = 1 << 20, ends: bool = False
) -> tuple[list[str], list[int], str | None]:
    """What a server got, the sound that its client heard, and how its connection ended."""
    received: list[str] = []
    heard: list[int] = []
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (event := await async_read_event(reader)) is not None:
            received.append(event.type)
            if SynthesizeStop.is_type(event.type):
                for at in range(0, len(answer), size):
                    writer.write(answer[at : at + size])
                    await asyncio.sleep(0)
                if ends:
                    break
        writer.close()
        over.set()

    async def main() -> str | None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            client = await MinimalWyoming.open(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
            client.on_audio = heard.append
            client.send(b"".join(encode(["One", " two."])))
            ended = await client.closed
            client.abort()
            client.send(b"nothing more")
            await over.wait()
            return ended

    ended = run(main)
    return received, heard, ended


def run(main: Callable[[], Awaitable[str | None]]) -> str | None:
    async def limited() -> str | None:
        async with asyncio.timeout(10):
            return await main()

    return asyncio.run(limited())


@pytest.mark.parametrize("size", [1 << 20, 1, 100])
def test_a_text_is_streamed_and_its_sound_counted(size: int) -> None:
    received, heard, ended = told(written(*ANSWER), size=size)
    assert received == ["synthesize-start", "synthesize-chunk", "synthesize-chunk", "synthesize-stop"]
    assert (heard, ended) == ([4000, 2000], None)


def test_an_error_and_an_early_end_are_how_it_ended() -> None:
    _, _, ended = told(written(Error(text="it broke", code="x")))
    assert ended is not None
    assert "it broke" in ended
    _, _, ended = told(written(ANSWER[0]), ends=True)
    assert ended == "the server closed a connection before the end of its answer"


def test_the_package_reads_the_text() -> None:
    file = io.BytesIO(b"".join(encode(["Ä", " b."])))
    events = list(iter(lambda: read_event(file), None))
    start, *chunks, stop = [event for event in events if event is not None]
    assert SynthesizeStart.from_event(start).voice is None
    assert [SynthesizeChunk.from_event(chunk).text for chunk in chunks] == ["Ä", " b."]
    assert SynthesizeStop.is_type(stop.type)


def test_where_nobody_listens_a_sentence_says_what_to_start() -> None:
    async def main() -> None:
        await MinimalWyoming.open("tcp://127.0.0.1:1")

    with pytest.raises(VoiceServerError, match="voice-server serve --wyoming"):
        asyncio.run(main())


def test_the_address_is_what_the_server_says_or_the_usual_port_of_its_host() -> None:
    assert address_of("ws://box:8000/stream-tokens", {"wyoming": "tcp://h:1"}) == "tcp://h:1"
    assert address_of("ws://box:8000/stream-tokens", {}) == "tcp://box:10200"
