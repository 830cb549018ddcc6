"""`livekit.agents.inference.TTS`: turns of a model without word times, and of one of Cartesia's with them."""

from __future__ import annotations

import asyncio

import aiohttp
from livekit.agents import inference

from tests.clients.scripts.livekit_turns import TEXT, interrupted, logged_warnings, spoken, whole
from tests.clients.scripts.report import report, server_of


async def main() -> None:
    """Play every scene, and tell what was logged."""
    url, key = server_of()
    logged = logged_warnings()
    address = {"base_url": f"{url}/livekit", "api_key": "any", "api_secret": key}
    async with aiohttp.ClientSession() as session:
        tts = inference.TTS("rime/arcana:luna", http_session=session, **address)
        timed = inference.TTS(
            "cartesia/sonic-3", http_session=session, extra_kwargs={"add_timestamps": True}, **address
        )
        scenes = {
            "stream": await spoken(tts, TEXT, TEXT),
            "interrupted": await interrupted(tts),
            "whole": await whole(tts),
            "timed": await spoken(timed, TEXT, TEXT),
        }
        await tts.aclose()
        await timed.aclose()
    report({**scenes, "log": {"lines": logged}})


if __name__ == "__main__":
    asyncio.run(main())
