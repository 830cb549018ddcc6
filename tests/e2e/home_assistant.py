"""Home Assistant's side of Wyoming, as its integration goes about it: 2026.11, and older ones.

Rebuilt from what `homeassistant/components/wyoming` does, because the package is too large and wants a newer
Python: a connection for each request; the first installed program; voices by language; a whole text until the
first `audio-stop`; a text in chunks with the whole of it again at its end, read until `synthesize-stopped`.
"""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from dataclasses import dataclass

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info, TtsProgram
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
)

INFO_TIMEOUT_S = 5


class ServiceError(Exception):
    """What Home Assistant shows of an `error`."""


@dataclass(frozen=True)
class HomeAssistant:
    """One integration, set up for an address; before 2026 it did not know errors."""

    port: int
    knows_errors: bool = True

    async def program(self) -> TtsProgram:
        """What is asked when the integration is set up, and every 30 s after that."""
        async with self._connected() as client, asyncio.timeout(INFO_TIMEOUT_S):
            await client.write_event(Describe().event())
            while True:
                event = await client.read_event()
                assert event is not None
                if Info.is_type(event.type):
                    return next(each for each in Info.from_event(event).tts if each.installed)

    async def voices(self) -> dict[str, list[tuple[str, str]]]:
        """Name and shown name of the voices of each language, as its user chooses among them."""
        found: dict[str, list[tuple[str, str]]] = {}
        for voice in (await self.program()).voices:
            for language in voice.languages if voice.installed else ():
                found.setdefault(language, []).append((voice.name, voice.description or voice.name))
        return {language: sorted(voices, key=lambda each: each[1]) for language, voices in found.items()}

    async def whole(self, text: str, voice: str | None = None) -> bytes | None:
        """A WAV file of a text; None where the connection is lost."""
        async with self._connected() as client:
            await client.write_event(Synthesize(text=text, voice=_voice(voice)).event())
            file = io.BytesIO()
            writer: wave.Wave_write | None = None
            while (event := await client.read_event()) is not None:
                self._check(event)
                if AudioStop.is_type(event.type):
                    if writer is not None:
                        writer.close()
                    return file.getvalue()
                if AudioChunk.is_type(event.type):
                    chunk = AudioChunk.from_event(event)
                    if writer is None:
                        writer = wave.open(file, "wb")  # noqa: SIM115 - closed at the end of the sound
                        writer.setparams((chunk.channels, chunk.width, chunk.rate, 0, "NONE", ""))
                    writer.writeframes(chunk.audio)
        return None

    async def stream(
        self, chunks: AsyncIterable[str], voice: str | None = None
    ) -> AsyncGenerator[bytes, None]:
        """A head of WAV without a length, and sound, while the chunks of a text still come."""
        client = self._connected()
        await client.connect()
        writing = asyncio.create_task(_write(client, chunks, _voice(voice)))
        try:
            async with aclosing(self._sound(client)) as sound:
                async for piece in sound:
                    yield piece
        finally:
            await client.disconnect()
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _sound(self, client: AsyncTcpClient) -> AsyncGenerator[bytes, None]:
        has_head = False
        while (event := await client.read_event()) is not None:
            self._check(event)
            if has_head and AudioChunk.is_type(event.type):
                yield AudioChunk.from_event(event).audio
            elif not has_head and AudioStart.is_type(event.type):
                yield _head(AudioStart.from_event(event))
                has_head = True
            elif SynthesizeStopped.is_type(event.type):
                return

    def _check(self, event: Event) -> None:
        if self.knows_errors and Error.is_type(event.type):
            raise ServiceError(Error.from_event(event).text)

    def _connected(self) -> AsyncTcpClient:
        return AsyncTcpClient("127.0.0.1", self.port)


async def _write(client: AsyncTcpClient, chunks: AsyncIterable[str], voice: SynthesizeVoice | None) -> None:
    await client.write_event(SynthesizeStart(voice=voice).event())
    text = ""
    async for chunk in chunks:
        text += chunk
        await client.write_event(SynthesizeChunk(text=chunk).event())
    await client.write_event(Synthesize(text=text, voice=voice).event())
    await client.write_event(SynthesizeStop().event())


def _voice(name: str | None) -> SynthesizeVoice | None:
    """A voice is named, and never its language."""
    return None if name is None else SynthesizeVoice(name=name)


def _head(start: AudioStart) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((start.channels, start.width, start.rate, 0, "NONE", ""))
    return file.getvalue()
