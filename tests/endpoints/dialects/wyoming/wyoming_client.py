"""A server with Wyoming over the arithmetic pool, and the package wyoming as its client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from wyoming.audio import AudioChunk, AudioStart
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event, Eventable
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeVoice

from tests.endpoints.serving import Served, served
from voice_server.serving.listening_socket import bind


@dataclass
class WyomingServed:
    """Where Wyoming is spoken, and what is behind it."""

    port: int
    server: Served

    def connect(self) -> AsyncTcpClient:
        return AsyncTcpClient("127.0.0.1", self.port)

    async def exchange(self, *events: Eventable | bytes, until: str | None = None) -> Received:
        """Send events on a connection of their own, and read until one of this type, or the end."""
        async with self.connect() as client:
            await send(client, *events)
            return await receive(client, until)

    async def bare(self, data: bytes) -> bytes:
        """What comes back for bytes, until the server closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        answer = await reader.read()
        writer.close()
        return answer

    async def come_to_rest(self) -> None:
        """Wait until nothing is rendered any more, and no connection is open."""
        while self.server.pool.running.total() or self.server.service.open_speeches:
            await asyncio.sleep(0.005)
        while not self.server.state.connections.idle_s():
            await asyncio.sleep(0.005)


@dataclass
class Received:
    """The events that a server sent on one connection."""

    events: list[Event] = field(default_factory=list)

    @property
    def types(self) -> list[str]:
        """The types in order; several chunks of sound after one another are one."""
        types = [event.type for event in self.events]
        return [kind for at, kind in enumerate(types) if kind != "audio-chunk" or types[at - 1] != kind]

    @property
    def audio(self) -> bytes:
        return b"".join(chunk.audio for chunk in self.chunks)

    @property
    def chunks(self) -> list[AudioChunk]:
        return [AudioChunk.from_event(event) for event in self.events if AudioChunk.is_type(event.type)]

    @property
    def formats(self) -> set[tuple[int, int, int]]:
        """Rate, width and channels of all that sounds."""
        starts = [AudioStart.from_event(event) for event in self.events if AudioStart.is_type(event.type)]
        return {(each.rate, each.width, each.channels) for each in (*starts, *self.chunks)}

    @property
    def errors(self) -> list[Error]:
        return [Error.from_event(event) for event in self.events if Error.is_type(event.type)]


@asynccontextmanager
async def wyoming_served(*arguments: Any, **settings: Any) -> AsyncIterator[WyomingServed]:
    """A server that speaks Wyoming too; the arguments are those of `served`."""
    listener = bind("127.0.0.1", 0)
    async with served(*arguments, wyoming=listener, **settings) as server:
        yield WyomingServed(listener.getsockname()[1], server)


async def send(client: AsyncTcpClient, *events: Eventable | bytes) -> None:
    for event in events:
        if isinstance(event, bytes):
            assert client._writer is not None
            client._writer.write(event)
        else:
            await client.write_event(event.event())


async def receive(client: AsyncTcpClient, until: str | None = None) -> Received:
    """Read until an event of this type, or until the server closes."""
    received = Received()
    while (event := await client.read_event()) is not None:
        received.events.append(event)
        if event.type == until:
            break
    return received


def in_chunks(chunks: Iterable[str], voice: SynthesizeVoice | None = None) -> list[Eventable]:
    """The events of a text that comes in chunks, as Home Assistant sends them."""
    pieces: Sequence[str] = list(chunks)
    return [
        SynthesizeStart(voice=voice),
        *(SynthesizeChunk(text=piece) for piece in pieces),
        Synthesize(text="".join(pieces), voice=voice),
        SynthesizeStop(),
    ]


async def info_of(server: WyomingServed) -> Info:
    """What a server says of itself."""
    received = await server.exchange(Describe(), until="info")
    return Info.from_event(received.events[-1])


ONE_PAIR = ["audio-start", "audio-chunk", "audio-stop"]
"""The types of an answer."""
