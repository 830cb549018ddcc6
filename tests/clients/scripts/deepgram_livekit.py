"""The services of LiveKit Agents for Deepgram: TTS (v1) and TTSv2 (Flux), streamed and whole."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp
from livekit.plugins import deepgram

from tests.clients.scripts.report import Scene, report, server_of, sound

TEXT = "The quick brown fox jumps. Then it sleeps."
LONG = "One sentence after the other is spoken here, and nobody listens to the end of them. " * 20


async def spoken(tts: Any, *texts: str) -> Scene:
    """Texts as turns of one connection; the sound of each."""
    turns = []
    for text in texts:
        async with tts.stream() as stream:
            for token in text.split(" "):
                stream.push_text(token + " ")
            stream.end_input()
            turns.append(sound([bytes(each.frame.data) async for each in stream]))
    return {"turns": turns}


async def interrupted(tts: Any) -> Scene:
    """A turn that is dropped at its first sound, and the one behind it."""
    async with tts.stream() as stream:
        stream.push_text(LONG)
        stream.flush()
        async for _ in stream:
            break
    return await spoken(tts, TEXT)


async def whole(tts: Any) -> Scene:
    """A text as one request."""
    async with tts.synthesize(TEXT) as stream:
        return {"audio": sound([bytes(each.frame.data) async for each in stream])}


async def main() -> None:
    """Play every scene, and tell what was logged."""
    url, key = server_of()
    logged: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: logged.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    scenes: dict[str, Scene] = {}
    async with aiohttp.ClientSession() as session:
        for name, tts in {
            "v1": deepgram.TTS(base_url=f"{url}/v1/speak", api_key=key, http_session=session),
            "v2": deepgram.TTSv2(base_url=f"{url}/v2/speak", api_key=key, http_session=session),
        }.items():
            scenes[f"{name} stream"] = await spoken(tts, TEXT, TEXT)
            scenes[f"{name} interrupted"] = await interrupted(tts)
            scenes[f"{name} whole"] = await whole(tts)
            await tts.aclose()
    report({**scenes, "log": {"lines": logged}})


if __name__ == "__main__":
    asyncio.run(main())
