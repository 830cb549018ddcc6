"""The service of LiveKit Agents for ElevenLabs: contexts of a socket, a dialogue's, and requests."""

from __future__ import annotations

import asyncio

import aiohttp
from livekit.plugins import elevenlabs

from tests.clients.scripts.livekit_turns import TEXT, interrupted, logged_warnings, spoken, whole
from tests.clients.scripts.report import Scene, report, server_of


async def main() -> None:
    """Play every scene, and tell what was logged."""
    url, key = server_of()
    logged = logged_warnings()
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
