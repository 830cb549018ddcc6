"""The service of LiveKit Agents for Cartesia, streamed and whole."""

from __future__ import annotations

import asyncio

import aiohttp
from livekit.plugins import cartesia

from tests.clients.scripts.livekit_turns import TEXT, interrupted, logged_warnings, spoken, whole
from tests.clients.scripts.report import report, server_of


async def main() -> None:
    """Play every scene, and tell what was logged."""
    url, key = server_of()
    logged = logged_warnings()
    async with aiohttp.ClientSession() as session:
        tts = cartesia.TTS(base_url=url, api_key=key, http_session=session)
        scenes = {
            "stream": await spoken(tts, TEXT, TEXT),
            "interrupted": await interrupted(tts),
            "whole": await whole(tts),
        }
        tts.update_options(speed=1.8)
        scenes["fast"] = await spoken(tts, TEXT)
        await tts.aclose()
    report({**scenes, "log": {"lines": logged}})


if __name__ == "__main__":
    asyncio.run(main())
