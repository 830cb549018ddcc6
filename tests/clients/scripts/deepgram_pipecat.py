"""The services of Pipecat for Deepgram: of its socket, of its requests, and of Flux."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from pipecat.services.deepgram.flux.tts import DeepgramFluxTTSService
from pipecat.services.deepgram.tts import DeepgramHttpTTSService, DeepgramTTSService

from tests.clients.scripts.pipecat_turns import interrupted, logged_warnings, spoken
from tests.clients.scripts.report import report, server_of


async def main() -> None:
    """Play every scene, and tell what was logged."""
    url, key = server_of()
    logged = logged_warnings()
    socket_url = url.replace("http", "ws", 1)

    def aura() -> Any:
        return DeepgramTTSService(api_key=key, base_url=socket_url, sample_rate=24_000)

    def flux() -> Any:
        return DeepgramFluxTTSService(api_key=key, url=f"{socket_url}/v2/speak", sample_rate=24_000)

    async with aiohttp.ClientSession() as session:
        http = DeepgramHttpTTSService(api_key=key, base_url=url, aiohttp_session=session, sample_rate=24_000)
        scenes = {
            "v1": await spoken(aura()),
            "v1 interrupted": await interrupted(aura()),
            "v1 http": await spoken(http),
            "v2": await spoken(flux()),
            "v2 interrupted": await interrupted(flux()),
        }
    report({**scenes, "log": {"lines": logged}})


if __name__ == "__main__":
    asyncio.run(main())
