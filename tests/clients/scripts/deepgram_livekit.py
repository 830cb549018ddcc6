"""The services of LiveKit Agents for Deepgram: TTS (v1) and TTSv2 (Flux), streamed and whole."""

from __future__ import annotations

import asyncio

import aiohttp
from livekit.plugins import deepgram

from tests.clients.scripts.livekit_turns import TEXT, interrupted, logged_warnings, spoken, whole
from tests.clients.scripts.report import Scene, report, server_of


async def main() -> None:
    """Play every scene, and tell what was logged."""
    url, key = server_of()
    logged = logged_warnings()
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
