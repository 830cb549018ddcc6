"""cartesia for Python: requests, events, and contexts of its socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from cartesia import APIStatusError, AsyncCartesia, Cartesia

from tests.clients.scripts.report import Scene, report, server_of, sound

TEXT = "The quick brown fox jumps. Then it sleeps."
TOKENS = ("The quick brown ", "fox jumps. ", "Then it ", "sleeps.")
LONG = "One sentence after the other is spoken here, and nobody listens to the end of them. " * 20
VOICE: Any = {"mode": "id", "id": "f786b574-daa5-4673-aa0c-cbe3e8534c02"}
RAW: Any = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000}
SPOKEN: Any = {"model_id": "sonic-3", "voice": VOICE, "output_format": RAW}


def scene_of(events: Iterable[Any]) -> Scene:
    """The sound, words and kinds of what was received."""
    pieces: list[bytes] = []
    words: list[tuple[str, float, float]] = []
    kinds: list[str] = []
    for event in events:
        if event.type == "chunk":
            pieces.append(event.audio)
        elif event.type == "timestamps":
            times = event.word_timestamps
            words += zip(times.words, times.start, times.end, strict=True)
        if kinds[-1:] != [event.type]:
            kinds.append(event.type)
    return {"audio": sound(pieces), "words": words, "kinds": kinds}


def requests(client: Cartesia) -> dict[str, Scene]:
    """Bytes and events, and the voices."""
    speech = client.tts.generate(transcript=TEXT, **SPOKEN)
    events = client.tts.generate_sse(transcript=TEXT, add_timestamps=True, **SPOKEN)
    return {
        "bytes": {"audio": sound([speech.read()])},
        "sse": scene_of(events),
        "voices": {"ids": [voice.id for voice in client.voices.list(limit=3).data]},
    }


def one_context(client: Cartesia) -> Scene:
    """Tokens of a context."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(add_timestamps=True, **SPOKEN)
        for token in TOKENS:
            context.push(token)
        context.no_more_inputs()
        return scene_of(context.receive())


def usual_format(client: Cartesia) -> Scene:
    """A context that says nothing of its format: 32-bit floats at 44,100 Hz."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(model_id="sonic-3", voice=VOICE)
        context.push(TEXT)
        context.no_more_inputs()
        return scene_of(context.receive())


def flushed(client: Cartesia) -> Scene:
    """Text that is spoken before the rest of it comes."""
    events = []
    with client.tts.websocket_connect() as connection:
        context = connection.context(**SPOKEN)
        context.push("The quick brown fox jumps. ", flush=True)
        for event in context.receive():
            events.append(event)
            if event.type == "flush_done":
                context.push("Then it sleeps.")
                context.no_more_inputs()
    return scene_of(events)


def cancelled(client: Cartesia) -> Scene:
    """A context that is cancelled at its first sound, and what is received of the one behind it."""
    with client.tts.websocket_connect() as connection:
        dropped = connection.context("dropped", **SPOKEN)
        dropped.push(LONG)
        for _ in dropped.receive():
            break
        dropped.cancel()
        context = connection.context("next", **SPOKEN)
        context.push(TEXT)
        context.no_more_inputs()
        return scene_of(each for each in context.receive() if each.context_id == "next")


def refused(client: Cartesia, stranger: Cartesia) -> Scene:
    """What the SDK makes of errors, and a context behind one."""
    statuses: list[int] = []
    wrong: dict[str, Any] = {**SPOKEN, "output_format": {**RAW, "sample_rate": 12}}
    for asked, fields in ((client, wrong), (stranger, SPOKEN)):
        try:
            asked.tts.generate(transcript=TEXT, **fields)
        except APIStatusError as error:
            statuses.append(error.status_code)
    with client.tts.websocket_connect() as connection:
        context = connection.context(model_id="sonic-3", voice=VOICE, output_format=wrong["output_format"])
        context.push(TEXT)
        errors = [event.message for event in context.receive()]
        behind = connection.context(**SPOKEN)
        behind.push(TEXT)
        behind.no_more_inputs()
        return {**scene_of(behind.receive()), "statuses": statuses, "errors": errors}


async def beside_each_other(client: AsyncCartesia) -> Scene:
    """Two contexts of one connection at once, received by two tasks."""
    async with client.tts.websocket_connect() as connection:

        async def say() -> str:
            context = connection.context(**SPOKEN)
            for token in TOKENS:
                await context.push(token)
            await context.no_more_inputs()
            return sound([each.audio async for each in context.receive() if each.type == "chunk"])

        return {"turns": list(await asyncio.gather(say(), say()))}


def main() -> None:
    """Play every scene."""
    url, key = server_of()
    address = {"base_url": url, "websocket_base_url": url.replace("http", "ws", 1)}
    client = Cartesia(api_key=key, **address)
    stranger = Cartesia(api_key="another", **address)
    report(
        {
            **requests(client),
            "context": one_context(client),
            "usual format": usual_format(client),
            "flushed": flushed(client),
            "cancelled": cancelled(client),
            "refused": refused(client, stranger),
            "beside": asyncio.run(beside_each_other(AsyncCartesia(api_key=key, **address))),
        }
    )


if __name__ == "__main__":
    main()
