"""The service of LiveKit Agents for ElevenLabs: contexts of a socket, a dialogue's, and requests."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp
from livekit.agents.types import USERDATA_TIMED_TRANSCRIPT
from livekit.plugins import elevenlabs

from tests.clients.scripts.report import Scene, report, server_of, sound

TEXT = "The quick brown fox jumps. Then it sleeps."
LONG = "One sentence after the other is spoken here, and nobody listens to the end of them. " * 20


async def spoken(tts: Any, *texts: str) -> Scene:
    """Texts as turns of one connection: the sound of each, and when its words are heard."""
    turns, words = [], []
    for text in texts:
        async with tts.stream() as stream:
            for token in text.split(" "):
                stream.push_text(token + " ")
            stream.end_input()
            frames = [each.frame async for each in stream]
        turns.append(sound([bytes(frame.data) for frame in frames]))
        timed = [each for frame in frames for each in frame.userdata.get(USERDATA_TIMED_TRANSCRIPT, [])]
        words.append([(str(each), each.start_time) for each in timed])
    return {"turns": turns, "words": words}


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
        here = {"base_url": f"{url}/v1", "api_key": key, "http_session": session}
        for name, tts in {
            "speech": elevenlabs.TTS(encoding="pcm_24000", preferred_alignment="original", **here),
            "dialogue": elevenlabs.TTS(model="eleven_v3", encoding="pcm_24000", **here),
            "mp3": elevenlabs.TTS(**here),
        }.items():
            scenes[name] = await spoken(tts, TEXT, TEXT)
            scenes[f"{name} interrupted"] = await interrupted(tts)
            scenes[f"{name} whole"] = await whole(tts)
            await tts.aclose()
        voices = await elevenlabs.TTS(**here).list_voices()
        scenes["lists"] = {"voices": [each.id for each in voices]}
    report({**scenes, "log": {"lines": logged}})


if __name__ == "__main__":
    asyncio.run(main())
