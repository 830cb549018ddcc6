"""The services of Pipecat for Cartesia: of its socket, by sentences and by tokens, and of its requests."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from pipecat.services.cartesia.tts import CartesiaHttpTTSService, CartesiaTTSService
from pipecat.services.tts_service import TextAggregationMode

from tests.clients.scripts.pipecat_turns import interrupted, logged_warnings, spoken
from tests.clients.scripts.report import report, server_of


async def main() -> None:
    """Play every scene, and tell what was logged."""
    url, key = server_of()
    logged = logged_warnings()
    address = f"{url.replace('http', 'ws', 1)}/tts/websocket"

    def service(mode: TextAggregationMode) -> Any:
        return CartesiaTTSService(api_key=key, url=address, sample_rate=24_000, text_aggregation_mode=mode)

    async with aiohttp.ClientSession() as session:
        http = CartesiaHttpTTSService(api_key=key, base_url=url, aiohttp_session=session, sample_rate=24_000)
        scenes = {
            "sentences": await spoken(service(TextAggregationMode.SENTENCE)),
            "tokens": await spoken(service(TextAggregationMode.TOKEN)),
            "interrupted": await interrupted(service(TextAggregationMode.SENTENCE)),
            "http": await spoken(http),
        }
    report({**scenes, "log": {"lines": logged}})


if __name__ == "__main__":
    asyncio.run(main())
