"""The services of Pipecat for ElevenLabs: of its socket, of the dialogue's, and of its requests."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from pipecat.services.elevenlabs.dialogue.tts import ElevenLabsDialogueTTSService
from pipecat.services.elevenlabs.tts import ElevenLabsHttpTTSService, ElevenLabsTTSService
from pipecat.services.tts_service import TextAggregationMode

from tests.clients.scripts.pipecat_turns import interrupted, logged_warnings, spoken
from tests.clients.scripts.report import report, server_of

VOICE = "21m00Tcm4TlvDq8ikWAM"


async def main() -> None:
    """Play every scene, and tell what was logged."""
    url, key = server_of()
    logged = logged_warnings()
    socket_url = url.replace("http", "ws", 1)

    def speech(**more: Any) -> Any:
        settings = ElevenLabsTTSService.Settings(voice=VOICE)
        return ElevenLabsTTSService(
            api_key=key, url=socket_url, sample_rate=24_000, settings=settings, **more
        )

    def dialogue() -> Any:
        settings = ElevenLabsDialogueTTSService.Settings(voice=VOICE)
        return ElevenLabsDialogueTTSService(
            api_key=key, url=socket_url, sample_rate=24_000, settings=settings
        )

    async with aiohttp.ClientSession() as session:
        http = ElevenLabsHttpTTSService(
            api_key=key,
            base_url=url,
            aiohttp_session=session,
            sample_rate=24_000,
            settings=ElevenLabsHttpTTSService.Settings(voice=VOICE),
        )
        scenes = {
            "speech": await spoken(speech()),
            "speech interrupted": await interrupted(speech()),
            "speech tokens": await spoken(speech(text_aggregation_mode=TextAggregationMode.TOKEN)),
            "dialogue": await spoken(dialogue()),
            "dialogue interrupted": await interrupted(dialogue()),
            "http": await spoken(http),
        }
    report({**scenes, "log": {"lines": logged}})


if __name__ == "__main__":
    asyncio.run(main())
