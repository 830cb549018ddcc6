"""Home Assistant's own sequences against a live server with a real engine, sample for sample."""

from __future__ import annotations

import asyncio
import io
import json
import re
import wave
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import aclosing
from typing import Any

import httpx
import msgspec
import pytest

from tests.e2e.home_assistant import HomeAssistant, ServiceError
from tests.e2e.live import config_with, live_server
from voice_server.client_events import Audio, Done
from voice_server.client_streams import connect_sync
from voice_server.commands.simulate.simulated_llm import ANSWER, tokens_of
from voice_server.serving.listening_socket import bind

TEXT = "Good evening. The lamp in the hall is on, and it is 21 degrees. Shall I turn it off?"
GERMAN = "Guten Abend. Die Lampe im Flur ist an. Soll ich sie ausschalten?"


class Live:
    """A server with Wyoming beside HTTP."""

    def __init__(self, url: str, port: int) -> None:
        self.url = url
        self.home = HomeAssistant(port)
        self.old_home = HomeAssistant(port, knows_errors=False)

    def over_stream_tokens(self, tokens: Iterable[str], voice: str | None = None) -> bytes:
        """The samples of a text on `/stream-tokens`."""
        with connect_sync(self.url, voice=voice) as stream:
            for token in tokens:
                stream.send_text(token)
            stream.done()
            events = list(stream)
        assert isinstance(events[-1], Done)
        return b"".join(event.pcm for event in events if isinstance(event, Audio))

    def free_workers(self) -> tuple[float, float]:
        """Workers that are free, and renders that wait."""
        metrics = httpx.get(f"{self.url}/metrics", trust_env=False).text
        free, waiting = (
            sum(map(float, re.findall(rf"^voice_server_{name}{{.*}} (.*)$", metrics, re.MULTILINE)))
            for name in ("free_workers", "waiting_renders")
        )
        return free, waiting


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    config = config_with("espeak")
    espeak = msgspec.structs.replace(config.backends["espeak"], workers=2, aliases={"butler": "en-gb"})
    config = msgspec.structs.replace(config, backends={"espeak": espeak})
    listener = bind("127.0.0.1", 0)
    port = listener.getsockname()[1]
    with live_server(config, wyoming=listener) as url:
        yield Live(url, port)


def run(main: Callable[[], Awaitable[Any]]) -> Any:
    async def limited() -> Any:
        async with asyncio.timeout(15):
            return await main()

    return asyncio.run(limited())


async def arriving(tokens: Iterable[str]) -> AsyncIterator[str]:
    for token in tokens:
        await asyncio.sleep(0)
        yield token


async def streamed(home: HomeAssistant, tokens: Iterable[str], voice: str | None = None) -> list[bytes]:
    async with aclosing(home.stream(arriving(tokens), voice)) as sound:
        return [piece async for piece in sound]


def samples_of(file: bytes) -> bytes:
    with wave.open(io.BytesIO(file)) as reader:
        assert (reader.getframerate(), reader.getsampwidth(), reader.getnchannels()) == (24_000, 2, 1)
        samples: bytes = reader.readframes(reader.getnframes())
        return samples


def test_its_lists_have_a_voice_for_each_language_and_no_variants(live: Live) -> None:
    program = run(live.home.program)
    voices = run(live.home.voices)
    assert (program.name, program.supports_synthesize_streaming) == ("voice-server", True)
    assert len(program.voices) == len({voice.name for voice in program.voices}) < 150
    assert not [voice.name for voice in program.voices if "+" in voice.name]
    assert {"en-US", "en-GB", "de", "fr-FR", "nl", "pl", "pt-BR", "zh-CN", "zh-HK"} <= voices.keys()
    assert not [language for language in voices if "-x-" in language or language == "cmn"]
    assert voices["en-GB"][0] == ("en-gb", "English (Great Britain) (espeak)")
    assert ("en-gb-x-rp", "English (Received Pronunciation) (espeak)") in voices["en-GB"]
    assert max(len(each) for each in voices.values()) < 10


@pytest.mark.parametrize(("text", "voice"), [(TEXT, None), (GERMAN, "de"), (TEXT, "butler")])
def test_a_whole_text_has_the_samples_of_stream_tokens(live: Live, text: str, voice: str | None) -> None:
    file = run(lambda: live.home.whole(text, voice))
    assert samples_of(file) == live.over_stream_tokens([text], voice)


@pytest.mark.parametrize("cut", [tokens_of, list], ids=["tokens", "characters"])
@pytest.mark.parametrize(("text", "voice"), [(TEXT, None), (GERMAN, "de"), (ANSWER, "en-gb")])
def test_a_text_in_chunks_has_the_samples_of_stream_tokens_behind_a_head_of_wav(
    live: Live, text: str, voice: str | None, cut: Callable[[str], list[str]]
) -> None:
    head, *sound = run(lambda: streamed(live.home, cut(text), voice))
    with wave.open(io.BytesIO(head)) as reader:
        assert (reader.getframerate(), reader.getsampwidth(), reader.getnchannels()) == (24_000, 2, 1)
        assert reader.getnframes() == 0
    assert b"".join(sound) == live.over_stream_tokens(cut(text), voice)


def test_sound_comes_before_the_text_has_ended(live: Live) -> None:
    async def main() -> None:
        heard = asyncio.Event()

        async def waiting() -> AsyncIterator[str]:
            yield "Good evening. The lamp"
            await heard.wait()
            yield " is on."

        pieces = []
        async with aclosing(live.home.stream(waiting())) as sound:
            async for piece in sound:
                pieces.append(piece)
                if len(pieces) == 2:
                    heard.set()
        assert b"".join(pieces[1:]) == live.over_stream_tokens(["Good evening. The lamp is on."])

    run(main)


def test_an_older_server_s_voice_speaks_with_the_default_of_its_language(live: Live) -> None:
    file = run(lambda: live.home.whole(GERMAN, "de_DE-thorsten-medium"))
    assert samples_of(file) == live.over_stream_tokens([GERMAN], "de")


def test_closing_in_the_middle_frees_the_workers(live: Live) -> None:
    async def main() -> None:
        sound = live.home.stream(arriving(tokens_of(ANSWER * 20)))
        for _ in range(3):
            await anext(sound)
        await sound.aclose()
        while await asyncio.to_thread(live.free_workers) != (2, 0):
            await asyncio.sleep(0.02)

    run(main)


def test_an_error_ends_what_is_heard_for_new_versions_and_for_old_ones(live: Live) -> None:
    too_long = "word " * 50_000

    async def main() -> None:
        with pytest.raises(ServiceError, match="at most 200000 may"):
            await live.home.whole(too_long)
        with pytest.raises(ServiceError, match="at most 200000 may"):
            await streamed(live.home, [too_long])
        assert await live.old_home.whole(too_long) is None
        assert await streamed(live.old_home, [too_long]) == []
        assert samples_of(await live.home.whole(TEXT) or b"") != b""

    run(main)


def test_many_at_once_each_hear_their_own(live: Live) -> None:
    texts = [f"This is answer number {number}. It is short." for number in range(12)]

    async def main() -> list[list[bytes]]:
        return await asyncio.gather(*(streamed(live.home, tokens_of(text)) for text in texts))

    for text, (_, *sound) in zip(texts, run(main), strict=True):
        assert b"".join(sound) == live.over_stream_tokens(tokens_of(text))


def test_ssml_and_a_speaker_may_be_asked_for(live: Live) -> None:
    async def spoken(data: dict[str, object]) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", live.home.port)
        writer.write(json.dumps({"type": "synthesize", "data": data}).encode() + b"\n")
        sound = b""
        while (line := json.loads(await reader.readline()))["type"] != "audio-stop":
            await reader.readexactly(line["data_length"])
            sound += await reader.readexactly(line.get("payload_length", 0))
        writer.close()
        return sound

    async def main() -> tuple[bytes, bytes]:
        ssml = await spoken({"text": "<speak>One. <break time='2s'/>Two.</speak>", "text_format": "ssml"})
        return ssml, await spoken({"text": GERMAN, "voice": {"name": "de", "speaker": "f3"}})

    ssml, speaker = run(main)
    with connect_sync(live.url, ssml=True) as stream:
        stream.send_text("<speak>One. <break time='2s'/>Two.</speak>")
        stream.done()
        assert ssml == b"".join(event.pcm for event in stream if isinstance(event, Audio))
    assert speaker == live.over_stream_tokens([GERMAN], "de+f3")
